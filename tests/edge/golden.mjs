// The golden cases, as the tests of every face read them: tests/data/golden/MODEL/{accept,reject}/.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { ROOT } from "./support.mjs";

/** The artifact that each folder of cases was answered by. */
export const MODELS = {
  sample: "edge/model.postcard",
  excerpt: "tests/data/artifacts/format-1.postcard",
  shop: "tests/data/artifacts/shop.postcard",
};

export const modelBytes = (model) => readFileSync(join(ROOT, MODELS[model]));

/**
 * `[{ name, request, text, reply }]`: the body as bytes, the same as text (undefined where it is no UTF-8), and
 * the exact reply as text; for a rejected case `{ status, problem }`.
 */
export function cases(model, kind) {
  const folder = join(ROOT, "tests/data/golden", model, kind);
  const names = readdirSync(folder).filter((file) => file.endsWith(".request.json"));
  if (names.length === 0) throw new Error(`no cases in ${folder}`);
  return names.map((file) => {
    const name = file.slice(0, -".request.json".length);
    const request = readFileSync(join(folder, file));
    const reply = readFileSync(join(folder, `${name}.reply.json`), "utf8");
    return { name, request, text: utf8(request), reply: kind === "accept" ? reply : JSON.parse(reply) };
  });
}

function utf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The request as a JavaScript object, where it is one and says all that the text says. */
export function asObject({ text, reply }) {
  if (reply.status !== undefined && reply.status !== 422) return undefined;
  return text === undefined ? undefined : JSON.parse(text);
}
