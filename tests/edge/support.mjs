// What the end-to-end tests share: the built Worker in workerd, a KV service that misbehaves on
// command, and a browser. Everything started here is stopped when the test that asked for it ends.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Miniflare } from "miniflare";
import { chromium } from "playwright-core";

/** The top of the repository. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

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

/**
 * The built Worker in workerd, and the page beside it as in wrangler.toml.
 *
 * `build`: the folder of the build (default: the one around the sample model).
 * `kvPersist`: the folder that KV survives a restart in (default: memory).
 * `kvService`: a `fakeKv`, which then stands in KV's place.
 * `bindings`: variables and secrets. `options`: any further option of Miniflare.
 *
 * Returns `{ url, fetch, kv, stop }`: `fetch("/v1/segment", init)`; `kv()`, the namespace; `stop()`
 * before the test's end, for a restart.
 */
export async function startWorker(t, { build, kvPersist, kvService, bindings, options } = {}) {
  const folder = join(ROOT, build ?? "edge/build");
  const namespace = kvService
    ? { id: "cache", remoteProxyConnectionString: new URL(kvService.url) }
    : "cache";
  const miniflare = new Miniflare({
    modulesRoot: folder,
    modules: [
      { type: "ESModule", path: join(folder, "index.js") },
      { type: "CompiledWasm", path: join(folder, "index_bg.wasm") },
    ],
    compatibilityDate: "2026-04-01", // as in wrangler.toml
    host: "127.0.0.1",
    port: 0,
    cf: false,
    kvNamespaces: { CACHE: namespace },
    kvPersist: kvPersist ?? false,
    bindings: { CACHE_SECRET: "a secret of the tests, and of nothing else", ...bindings },
    assets: {
      directory: join(ROOT, "edge/site"),
      routerConfig: { has_user_worker: true, static_routing: { user_worker: ["/v1/*", "/healthz"] } },
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
    kv: () => miniflare.getKVNamespace("CACHE"),
    stop,
  };
}

/**
 * A KV service over HTTP for `startWorker({ kvService })`, in memory, that can be told to fail.
 *
 * `mode` may be changed at any time: "ok", "error500" (every call fails) or "hang" (no call is
 * ever answered). `entries`: key to bytes; change it to make KV lie. `calls`: what was asked, as
 * `{ method, key, ttl }`.
 */
export async function fakeKv(t, mode = "ok") {
  const kv = { mode, entries: new Map(), calls: [], url: "" };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    // workerd's KV call, as Miniflare's proxy passes it on: its own address is in this header.
    const { pathname, searchParams } = new URL(request.headers["mf-url"]);
    const key = decodeURIComponent(pathname.slice(1));
    const ttl = searchParams.get("expiration_ttl");
    kv.calls.push({ method: request.method, key, ttl: ttl === null ? null : Number(ttl) });

    if (kv.mode === "hang") return;
    if (kv.mode === "error500") return response.writeHead(500).end("KV is out of order");
    if (request.method === "PUT") kv.entries.set(key, body);
    else if (request.method === "DELETE") kv.entries.delete(key);
    else if (kv.entries.has(key)) return response.end(kv.entries.get(key));
    else return response.writeHead(404).end();
    response.end();
  });
  // Miniflare's proxy also offers a WebSocket, for bindings of another kind.
  server.on("upgrade", (_, socket) => socket.destroy());
  kv.url = await listen(t, server);
  return kv;
}

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
