// What the end-to-end tests share: the built Worker in workerd, a KV service that misbehaves on
// command, and a browser. Everything started here is stopped when the test that asked for it ends.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { Miniflare } from "miniflare";
import { chromium } from "playwright-core";

/** The top of the repository. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

// As in wrangler.toml.
const RUN_WORKER_FIRST = ["/v1/*", "/healthz", "/version", "/openapi.json", "/problems/*"];

/** An artifact's bytes; none for none. */
function artifact(from) {
  if (from === undefined) return new Uint8Array();
  return typeof from === "string" ? readFileSync(join(ROOT, from)) : from;
}

/** How a log line begins that is a point which was counted. */
export const COUNTED = "counted: ";

// Miniflare's Analytics Engine forgets what it is given; this one tells it.
const COUNTING = `
  import entry from "./entry.js";
  const COUNTERS = { writeDataPoint: (point) => console.log(${JSON.stringify(COUNTED)} + JSON.stringify(point)) };
  export default { fetch: (request, env, context) => entry.fetch(request, { ...env, COUNTERS }, context) };
`;

const cleanups = new WeakMap();

/** Runs `undo` when the test ends, the last one first: node's own `t.after` runs the first first. */
function atEnd(t, undo) {
  const known = cleanups.get(t);
  if (known) return void known.push(undo);
  const stack = [undo];
  cleanups.set(t, stack);
  t.after(async () => {
    while (stack.length > 0) await stack.pop()();
  });
}

/** A folder that is gone when the test is over. */
export async function temporaryFolder(t) {
  const folder = await mkdtemp(join(tmpdir(), "wedge-"));
  atEnd(t, () => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** The models that the tests ask, by the name of their golden cases. */
export const MODELS = {
  sample: "edge/model.postcard",
  excerpt: "tests/data/artifacts/format-1.postcard",
  shop: "tests/data/artifacts/shop.postcard",
};

/**
 * The built Worker in workerd, and the page beside it as in wrangler.toml.
 *
 * `model`, `challenger`: paths of artifacts, or their bytes (default: the sample model, and none).
 * `build`: the folder of the build.
 * `kvPersist`: the folder that KV survives a restart in (default: memory).
 * `kvService`: a `fakeKv`, which then stands in KV's place.
 * `counters`: whether requests are counted; the points are in `logs`, behind `COUNTED`.
 * `bindings`: variables and secrets. `options`: any further option of Miniflare.
 *
 * Returns `{ url, fetch, kv, logs, stop }`: `fetch("/v1/segment", init)`; `kv()`, the namespace; `logs`,
 * the lines that it has written so far; `stop()` before the test's end, for a restart.
 */
export async function startWorker(
  t,
  { model = MODELS.sample, challenger, build, kvPersist, kvService, counters, bindings, options } = {},
) {
  const folder = join(ROOT, build ?? "edge/build");
  const namespace = kvService
    ? { id: "cache", remoteProxyConnectionString: new URL(kvService.url) }
    : "cache";
  const logs = [];
  const miniflare = new Miniflare({
    modulesRoot: folder,
    modules: [
      ...(counters ? [{ type: "ESModule", path: join(folder, "counting.js"), contents: COUNTING }] : []),
      { type: "ESModule", path: join(folder, "entry.js") },
      { type: "ESModule", path: join(folder, "index.js") },
      { type: "CompiledWasm", path: join(folder, "index_bg.wasm") },
      { type: "Data", path: join(folder, "model.postcard"), contents: artifact(model) },
      { type: "Data", path: join(folder, "challenger.postcard"), contents: artifact(challenger) },
    ],
    compatibilityDate: "2026-04-01", // as in wrangler.toml
    host: "127.0.0.1",
    port: 0,
    cf: false,
    handleRuntimeStdio: (...streams) => {
      for (const stream of streams) {
        createInterface(stream).on("line", (line) => logs.push(line));
      }
    },
    kvNamespaces: { CACHE: namespace },
    kvPersist: kvPersist ?? false,
    bindings: { AUTH: "off", CACHE_SECRET: "a secret of the tests, and of nothing else", ...bindings },
    assets: {
      directory: join(ROOT, "edge/site"),
      routerConfig: { has_user_worker: true, static_routing: { user_worker: RUN_WORKER_FIRST } },
    },
    ...options,
  });
  let stopped;
  const stop = () => (stopped ??= miniflare.dispose());
  atEnd(t, stop);
  const url = (await miniflare.ready).origin;
  return {
    url,
    // The plain client of Node, not Miniflare's own: what a stranger on the network would get.
    fetch: (path, init) => fetch(new URL(path, url), init),
    kv: (binding = "CACHE") => miniflare.getKVNamespace(binding),
    logs,
    stop,
  };
}

/**
 * A KV service over HTTP for `startWorker({ kvService })`, in memory, that can be told to fail.
 *
 * `mode` may be changed at any time: the name of one of `KV_FAULTS`, or "ok". `entries`: key to bytes; change it to
 * make KV lie. `older`: the same, for "stale". `calls`: what was asked, as `{ method, key, ttl }`.
 */
export async function fakeKv(t, mode = "ok") {
  const kv = { mode, entries: new Map(), older: new Map(), calls: [], url: "" };
  const server = createServer(async (request, response) => {
    // Who asks may go away, and "reset" sends them away.
    request.on("error", () => {});
    response.on("error", () => {});
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    // workerd's KV call, as Miniflare's proxy passes it on: its own address is in this header.
    const { pathname, searchParams } = new URL(request.headers["mf-url"]);
    const { method } = request;
    const key = decodeURIComponent(pathname.slice(1));
    const ttl = searchParams.get("expiration_ttl");
    kv.calls.push({ method, key, ttl: ttl === null ? null : Number(ttl) });

    const answer = () => {
      if (method === "PUT") kv.entries.set(key, Buffer.concat(chunks));
      else if (method === "DELETE") kv.entries.delete(key);
      else return kv.entries.has(key) ? [200, kv.entries.get(key)] : [404, ""];
      return [200, ""];
    };
    const send = ([status, body]) => response.writeHead(status).end(body);
    if (kv.mode === "ok") return send(answer());
    await KV_FAULTS[kv.mode]({ kv, method, key, answer, send, request, response });
  });
  // Miniflare's proxy also offers a WebSocket, for bindings of another kind.
  server.on("upgrade", (_, socket) => socket.destroy());
  kv.url = await listen(t, server);
  return kv;
}

const refuse = (status) => ({ send }) => send([status, "KV is out of order"]);
/** Tells a lie instead of what is under the key, and keeps what it is given. */
const lie = (told) => (call) => call.send(call.method === "GET" ? told(call) : call.answer());

/** How KV fails, each by its name. */
export const KV_FAULTS = {
  error500: refuse(500),
  error429: refuse(429),
  // As the platform does with a key that is written more than once a second.
  putsRefused: (call) => (call.method === "PUT" ? refuse(429)(call) : call.send(call.answer())),
  reset: ({ request }) => request.socket.destroy(),
  hang: () => {},
  // A byte every 20 ms.
  drip: async ({ answer, response }) => {
    const [status, body] = answer();
    response.writeHead(status);
    for (const byte of Buffer.from(body)) {
      response.write(Buffer.from([byte]));
      await sleep(20);
      if (response.destroyed) return;
    }
    response.end();
  },
  late: async ({ answer, send }) => {
    await sleep(60);
    send(answer());
  },
  garbage: lie(({ key }) => [200, Buffer.from(`\u0000\u00ff${key} {"segment":`)]),
  // What is kept for somebody else.
  swapped: lie(({ kv, key }) => {
    const others = [...kv.entries.keys()];
    const other = others[(others.indexOf(key) + 1) % others.length];
    return other === undefined ? [404, ""] : [200, kv.entries.get(other)];
  }),
  stale: lie(({ kv, key }) => (kv.older.has(key) ? [200, kv.older.get(key)] : [404, ""])),
  huge: lie(() => [200, HUGE]),
  wrongStatus: lie(({ kv, key, answer }) => {
    const status = [204, 206, 301, 404, 410][kv.calls.length % 5];
    return [status, status === 204 ? "" : kv.entries.has(key) ? answer()[1] : "no value"];
  }),
  // One fails, one does not.
  sometimes: (call) => (call.kv.calls.length % 2 ? refuse(500)(call) : call.send(call.answer())),
};

const HUGE = Buffer.alloc(30_000_000, "x");

async function listen(t, server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(t, () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${server.address().port}`;
}

// The names that edge/toolchain/setup.sh looks for.
function chromiumPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  for (const name of names) {
    const found = spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim();
    if (found && existsSync(found)) return found;
  }
  throw new Error("no Chromium: run `edge/toolchain/setup.sh chromium`, or set CHROMIUM=/path");
}

/**
 * A page in a fresh Chromium profile. `page.problems` collects what went wrong inside it: uncaught
 * errors, console errors and requests that failed or left this machine.
 */
export async function openPage(t, url) {
  const profile = await temporaryFolder(t);
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  atEnd(t, () => browser.close());
  const page = await browser.newPage();
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(`uncaught: ${error}`));
  page.on("console", (line) => line.type() === "error" && page.problems.push(line.text()));
  page.on("requestfailed", (request) => page.problems.push(`failed: ${request.url()}`));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const local = hostname === "127.0.0.1" || !protocol.startsWith("http");
    if (!local) page.problems.push(`left this machine: ${request.url()}`);
  });
  await page.goto(url);
  return page;
}
