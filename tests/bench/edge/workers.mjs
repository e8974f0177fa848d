// The Workers that are compared: the built one in the settings that are measured, and plain JavaScript ones.

import { existsSync } from "node:fs";
import { join } from "node:path";

import { newKey, ring } from "../../edge/keys.mjs";
import { ROOT } from "../../edge/support.mjs";

const CACHE_SECRET = "the cache secret of a benchmark, and of nothing else";
const KEY = newKey("scopes=predict");

/** What every request carries; the plain Workers ignore it. */
export const API_KEY = KEY.text;

/** The folder that `make worker` fills. */
export const BUILD = join(ROOT, "edge/build");

/** The files that are uploaded, without the models. */
export const CODE = ["entry.js", "index.js", "index_bg.wasm"].filter((file) => existsSync(join(BUILD, file)));

/** The built Worker; `cache`: its CACHE_MODE; `log`: its LOG. */
export function wedge(name, cache, log = "off") {
  const module = (type, file) => ({ type, path: join(BUILD, file) });
  const types = { ".js": "ESModule", ".wasm": "CompiledWasm" };
  const code = CODE.map((file) => module(types[/\.\w+$/.exec(file)[0]], file));
  const hasModels = CODE.includes("entry.js");
  const models = hasModels ? ["model.postcard", "challenger.postcard"].map((file) => module("Data", file)) : [];
  return {
    name,
    modulesRoot: BUILD,
    modules: [...code, ...models],
    bindings: { ...ring(KEY), CACHE_SECRET, CACHE_MODE: cache, LOG: log },
    ...(cache === "kv" ? { kvNamespaces: { CACHE: name } } : {}),
  };
}

/** Plain JavaScript: a constant of `length` bytes, after reading the same JSON where `readsJson`. */
export function plain(name, length, { readsJson }) {
  const read = readsJson
    ? `if (typeof (await request.json()) !== "object") return new Response("", { status: 400 });`
    : "";
  // A string that V8 keeps as one, as a reply would be; `repeat` alone makes a rope.
  const contents = `
    const reply = JSON.stringify({ reply: "x".repeat(${length - 12}) });
    const headers = { "Content-Type": "application/json" };
    export default { async fetch(request) { ${read} return new Response(reply, { headers }); } };`;
  return { name, modulesRoot: "/", modules: [{ type: "ESModule", path: `/${name}.js`, contents }] };
}
