// What the Worker costs beside a plain JavaScript Worker that parses the same JSON and returns a constant of the same
// size: `make bench-edge`. Everything is measured in one workerd, in turns, and told as medians.
//
// --quick: a few seconds, to see that it runs; its numbers say little.

import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { Miniflare } from "miniflare";

import { customers } from "./edge/customers.mjs";
import { load, sendEach } from "./edge/load.mjs";
import { API_KEY, BUILD, CODE, plain, wedge } from "./edge/workers.mjs";

const QUICK = process.argv.includes("--quick");
const ROUNDS = QUICK ? 2 : 9;
const COLD_STARTS = QUICK ? 2 : 15;
const DURATION = QUICK ? 250 : 1000;
// More than an isolate keeps in memory, so that in turn each one is found in KV alone.
const KV_CUSTOMERS = 2100;
const FEW_CUSTOMERS = 64;
// The KV of this machine is no match for 16 connections: waiting for it, the Worker would give it up.
const KV_CONNECTIONS = 4;

const GOALS = { throughput: 0.6, firstRequest: 15, bundle: 250_000 };

// A log line for each request, which nobody reads here.
const quiet = (...streams) => streams.forEach((stream) => stream.resume());

/** workerd with these Workers, each on a port of its own: no proxy stands between. */
async function start(workers) {
  const socket = { host: "127.0.0.1", port: 0 };
  const common = { compatibilityDate: "2026-04-01", unsafeDirectSockets: [socket] };
  const options = workers.map((worker) => ({ ...common, ...worker }));
  const here = { cf: false, handleRuntimeStdio: quiet, ...socket };
  const miniflare = new Miniflare({ ...here, workers: options });
  await miniflare.ready;
  const ports = {};
  for (const { name } of workers) ports[name] = Number((await miniflare.unsafeGetDirectURL(name)).port);
  return { miniflare, ports };
}

/** A whole request for a segment, as bytes. */
function request(body) {
  const head = [
    "POST /v1/segment HTTP/1.1",
    "Host: 127.0.0.1",
    "Content-Type: application/json",
    `Authorization: Bearer ${API_KEY}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}

async function answer(port, path, body) {
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${API_KEY}` };
  const init = body === undefined ? { headers } : { method: "POST", headers, body };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
  return text;
}

/** Microseconds that this process's workerd has computed for so far; NaN where the system does not tell. */
function cpuClock() {
  try {
    const [pid] = execFileSync("pgrep", ["-P", String(process.pid), "workerd"], { encoding: "utf8" }).split("\n");
    const tasks = `/proc/${pid}/task`;
    const used = (task) => Number(readFileSync(join(tasks, task, "schedstat"), "utf8").split(" ")[0]) / 1000;
    const clock = () => readdirSync(tasks).reduce((sum, task) => sum + used(task), 0);
    clock();
    return clock;
  } catch {
    return () => NaN;
  }
}

/** The middle one; of an even number, the upper of the two in the middle. */
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** Each Worker under load in turn, several times over, and its CPU time too: that is calmer where others compute. */
async function throughput(schema, length) {
  const few = customers(schema, FEW_CUSTOMERS).map(request);
  const many = customers(schema, KV_CUSTOMERS).map(request);
  const rows = [
    { name: "js-constant", what: "JavaScript, a constant" },
    { name: "js-json", what: "JavaScript, JSON in, a constant out" },
    { name: "off", what: "Wedge, no cache" },
    { name: "logged", what: "Wedge, no cache, a line of log each" },
    { name: "memory", what: "Wedge, found in memory", cache: "memory; hit" },
    { name: "kv", what: "Wedge, found in KV", cache: "kv; hit" },
  ];
  const { miniflare, ports } = await start([
    plain("js-constant", length, { readsJson: false }),
    plain("js-json", length, { readsJson: true }),
    wedge("logged", "off", "on"),
    ...["off", "memory", "kv"].map((cache) => wedge(cache, cache)),
  ]);
  try {
    const cpu = cpuClock();
    // Fills what is to be found later.
    await sendEach(ports.kv, many);
    for (const row of rows) row.runs = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { name, runs } of rows) {
        const connections = name === "kv" ? KV_CONNECTIONS : undefined;
        const requests = name === "kv" ? many : few;
        const run = await load(ports[name], requests, { duration: DURATION, connections, cpu });
        if (run.failed > 0) throw new Error(`${name}: ${run.failed} of ${run.answered} answers were not 200`);
        runs.push(run);
      }
    }
  } finally {
    await miniflare.dispose();
  }
  return rows;
}

/** Milliseconds from a fresh workerd's listening to its first answer. */
async function firstAnswer(worker, body) {
  const { miniflare, ports } = await start([worker]);
  try {
    const begin = performance.now();
    await sendEach(ports[worker.name], [request(body)]);
    return performance.now() - begin;
  } finally {
    await miniflare.dispose();
  }
}

async function firstAnswers(body, length) {
  const workers = { js: plain("js", length, { readsJson: true }), wedge: wedge("wedge", "off") };
  const times = { js: [], wedge: [] };
  for (let round = 0; round < COLD_STARTS; round += 1) {
    for (const [name, worker] of Object.entries(workers)) times[name].push(await firstAnswer(worker, body));
  }
  return { js: median(times.js), wedge: median(times.wedge) };
}

/** What the built Worker says of itself: the customers it takes, and how long an answer is. */
async function probe() {
  const { miniflare, ports } = await start([wedge("probe", "off")]);
  try {
    const schema = JSON.parse(await answer(ports.probe, "/v1/schema"));
    const [body] = customers(schema, 1);
    return { schema, body, length: Buffer.byteLength(await answer(ports.probe, "/v1/segment", body)) };
  } finally {
    await miniflare.dispose();
  }
}

function printThroughput(rows) {
  const base = rows.find(({ name }) => name === "js-json").runs;
  const ratios = ({ runs }, of) => median(runs.map((run, at) => of(run, base[at])));
  const inTime = (run, plain) => run.perSecond / plain.perSecond;
  const inCpu = (run, plain) => plain.cpu / run.cpu;
  console.log(`POST /v1/segment in one workerd, ${ROUNDS} rounds in turn, medians`);
  console.log("                                         per second   of JSON in     CPU us   of JSON in");
  for (const row of rows) {
    const number = (value, digits, width) => (Number.isNaN(value) ? "-" : value.toFixed(digits)).padStart(width);
    const perSecond = number(median(row.runs.map((run) => run.perSecond)), 0, 13);
    const cpu = number(median(row.runs.map((run) => run.cpu)), 1, 10);
    const shares = [inTime, inCpu].map((of) => number(ratios(row, of), 2, 12));
    console.log(`  ${row.what.padEnd(36)} ${perSecond} ${shares[0]} ${cpu} ${shares[1]}${unlike(row)}`);
  }
  const named = (name) => {
    const row = rows.find((row) => row.name === name);
    return { inTime: ratios(row, inTime), inCpu: ratios(row, inCpu) };
  };
  return { off: named("off"), logged: named("logged") };
}

/** What to know of a row whose answers did not come from where it says. */
function unlike({ cache, runs }) {
  if (!cache) return "";
  const found = runs.reduce((sum, run) => sum + (run.cache[cache] ?? 0), 0);
  const share = found / runs.reduce((sum, run) => sum + run.answered, 0);
  return share > 0.95 ? "" : `   (only ${(share * 100).toFixed(0)} % were \`${cache}\`)`;
}

function printGoal(reached, what, goal) {
  console.log(`  ${(reached ? "reached" : "NOT reached").padEnd(12)} ${what}, goal ${goal}`);
}

const { schema, body, length } = await probe();
const ratio = printThroughput(await throughput(schema, length));

const { js, wedge: ours } = await firstAnswers(body, length);
console.log(`\nFirst answer of a fresh workerd, medians of ${COLD_STARTS} starts`);
console.log(`  JavaScript ${js.toFixed(1)} ms, Wedge ${ours.toFixed(1)} ms`);

const bundle = CODE.reduce((sum, file) => sum + gzipSync(readFileSync(join(BUILD, file)), { level: 9 }).length, 0);
console.log(`\nCode, gzipped: ${(bundle / 1000).toFixed(1)} kB (${CODE.join(", ")})`);

console.log(`\nGoals${QUICK ? " (a quick run: its numbers say little)" : ""}`);
const above = ours - js;
const { throughput: least, firstRequest: latest, bundle: largest } = GOALS;
// The plain Worker writes no log. What a line costs is the platform's; it is shown beside what is ours.
for (const [name, what] of [["off", "throughput"], ["logged", "with a line of log each"]]) {
  const { inTime, inCpu } = ratio[name];
  const byCpu = Number.isNaN(inCpu) ? "" : ` (${inCpu.toFixed(2)} by CPU time)`;
  printGoal(inTime >= least, `${what} ${inTime.toFixed(2)} of JavaScript's${byCpu}`, `${least} or more`);
}
printGoal(above <= latest, `first answer ${above.toFixed(1)} ms above JavaScript's`, `${latest} ms or less`);
printGoal(bundle < largest, `code ${(bundle / 1000).toFixed(1)} kB gzipped`, `under ${largest / 1000} kB`);
