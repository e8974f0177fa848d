// How much processor time one request takes in workerd, beside a Worker that does nothing: what docs/cost.md reckons
// with. Time of the whole process, so also of its HTTP server, which the platform does not bill: an upper bound.
//
//   node tests/bench/cpu.mjs [REQUESTS]

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Miniflare } from "miniflare";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BUILD = join(ROOT, "edge/build");
const REQUESTS = Number(process.argv[2] ?? 4000);
const TICKS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Milliseconds of processor time that our children and theirs have had. */
function used() {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      // The name of the program stands in brackets and may hold spaces.
      const [, ppid, ...rest] = readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1].split(" ");
      return [{ pid: Number(name), ppid: Number(ppid), ticks: Number(rest[9]) + Number(rest[10]) }];
    } catch {
      return []; // it has ended
    }
  });
  const ours = new Set([process.pid]);
  for (let before = 0; before < ours.size; ) {
    before = ours.size;
    for (const { pid, ppid } of all) if (ours.has(ppid)) ours.add(pid);
  }
  ours.delete(process.pid);
  return (all.filter(({ pid }) => ours.has(pid)).reduce((sum, { ticks }) => sum + ticks, 0) * 1000) / TICKS;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function ask(url, path, body) {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const length = Buffer.byteLength(body ?? "");
    const headers = body === undefined ? {} : { "content-type": "application/json", "content-length": length };
    const sent = request(new URL(path, url), { method, agent, headers }, (reply) => {
      reply.resume().on("end", () => resolve(reply.statusCode));
    });
    sent.on("error", reject).end(body);
  });
}

const wedge = [
  { type: "ESModule", path: join(BUILD, "entry.js") },
  { type: "ESModule", path: join(BUILD, "index.js") },
  { type: "CompiledWasm", path: join(BUILD, "index_bg.wasm") },
  { type: "Data", path: join(BUILD, "model.postcard"), contents: readFileSync(join(ROOT, "edge/model.postcard")) },
  { type: "Data", path: join(BUILD, "challenger.postcard"), contents: new Uint8Array() },
];
const NOTHING = "export default { fetch: async (request) => new Response(await request.text()) };";
const nothing = [{ type: "ESModule", path: join(BUILD, "nothing.js"), contents: NOTHING }];

const customer = (i) =>
  JSON.stringify({
    recency_days: 30 + (i % 300),
    frequency: 3,
    mean_amount: 35.5,
    total_amount: 100 + i / 100,
    tenure_days: 200,
    mean_quantity: 2,
  });
const batch = (i, rows) => `[${Array.from({ length: rows }, (_, row) => customer(i * rows + row)).join(",")}]`;

async function start(modules, bindings = {}) {
  const miniflare = new Miniflare({
    modules,
    modulesRoot: BUILD,
    compatibilityDate: "2026-04-01",
    cf: false,
    bindings: { AUTH: "off", CACHE_SECRET: "a secret of the bench, and of nothing else", ...bindings },
    handleRuntimeStdio: (out, error) => [out.resume(), error.resume()],
  });
  return { miniflare, url: await miniflare.ready };
}

async function measure(name, { modules = wedge, bindings, path, body, count = REQUESTS }) {
  const { miniflare, url } = await start(modules, bindings);
  const warm = Math.min(count, 500);
  for (let i = 0; i < warm; i += 1) await ask(url, path, body?.(i));
  const before = used();
  for (let i = 0; i < count; i += 1) {
    const status = await ask(url, path, body?.(warm + i));
    if (status !== 200) throw new Error(`${name}: ${status}`);
  }
  const ms = (used() - before) / count;
  await miniflare.dispose();
  console.log(`${name.padEnd(52)} ${ms.toFixed(3)} ms`);
  return ms;
}

/** The first request of an isolate: it makes the instance, reads the model and replays its canaries. */
async function measureFirst(name, modules, count = 20) {
  let ms = 0;
  for (let i = 0; i < count; i += 1) {
    const { miniflare, url } = await start(modules);
    const before = used();
    await ask(url, "/v1/segment", customer(i));
    ms += used() - before;
    await miniflare.dispose();
  }
  console.log(`${name.padEnd(52)} ${(ms / count).toFixed(1)} ms`);
}

await measureFirst("the first request of an isolate: nothing", nothing);
await measureFirst("the first request of an isolate: a customer", wedge);
const path = "/v1/segment";
await measure("nothing: a JavaScript Worker that echoes", { modules: nothing, path: "/", body: customer });
await measure("GET /healthz", { path: "/healthz" });
const [off, memory] = [{ CACHE_MODE: "off" }, { CACHE_MODE: "memory" }];
await measure("POST /v1/segment, nothing kept", { path, body: customer, bindings: off });
const explained = `${path}?explain=true`;
await measure("POST /v1/segment?explain=true, nothing kept", { path: explained, body: customer, bindings: off });
await measure("POST /v1/segment, memory, all misses", { path, body: customer, bindings: memory });
await measure("POST /v1/segment, memory, all hits", { path, body: () => customer(0), bindings: memory });
for (const rows of [100, 1000]) {
  const count = Math.ceil(REQUESTS / 20);
  await measure(`POST /v1/segments, ${rows} customers`, { path: "/v1/segments", body: (i) => batch(i, rows), count });
}
