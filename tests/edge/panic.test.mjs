// What becomes of everybody else when a request panics. The build has one path more, that does; see Cargo.toml.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { answered, customers, MISTAKES, post, quiet } from "./faults/load.mjs";
import { fakeKv, startWorker } from "./support.mjs";

const build = "edge/build-panic";
const panic = (worker) => post(worker, "", { path: "/panic", method: "GET" });

function assertFailed({ status, headers, text }) {
  assert.equal(status, 500, text);
  assert.equal(headers["content-type"], "application/problem+json", text);
  assert.equal(headers["cache-control"], "no-store");
  const problem = JSON.parse(text);
  assert.deepEqual([problem.type, problem.status], ["/problems/internal", 500]);
  assert.match(problem.request_id, /^[0-9a-f-]{36}$/);
  assert.equal(problem.request_id, headers["x-request-id"]);
  assert.doesNotMatch(text, /panic|as the test asked|\.rs|wasm|unreachable/i);
}

/** Writes a body in two halves. */
const slowly = (body, ms) => async (request) => {
  const half = Math.floor(body.length / 2);
  request.write(body.slice(0, half));
  await sleep(ms);
  request.end(body.slice(half));
};

test("a panic is a problem without a word of its own, and the next request is answered", async (t) => {
  const { lines, options } = quiet();
  const worker = await startWorker(t, { build, options });
  const [{ request, reply }] = await answered(t, customers(1));
  // The very first request, before a model was read, and then again and again.
  for (let i = 0; i < 20; i += 1) {
    assertFailed(await panic(worker));
    const next = await post(worker, request);
    assert.equal(next.text, reply);
  }
  assert.deepEqual(lines.filter((line) => MISTAKES.test(line)), []);
});

/** The resident memory of the workerd processes of this test, in MB. */
function resident() {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const bytes = all.map((pid) => {
    try {
      const [, name, rest] = readFileSync(`/proc/${pid}/stat`, "utf8").match(/\((.*)\) (.*)/s);
      const fields = rest.split(" ");
      return name === "workerd" && Number(fields[1]) === process.pid ? Number(fields[21]) * 4096 : 0;
    } catch {
      return 0;
    }
  });
  return bytes.reduce((sum, one) => sum + one, 0) / 1e6;
}

test("instances that have died give their memory back", { skip: process.platform !== "linux" }, async (t) => {
  const worker = await startWorker(t, { build, options: quiet().options });
  const [{ request, reply }] = await answered(t, customers(1));
  const sizes = [];
  for (let i = 0; i <= 200; i += 1) {
    assertFailed(await panic(worker));
    assert.equal((await post(worker, request)).text, reply);
    if (i % 50 === 0) sizes.push(Math.round(resident()));
  }
  t.diagnostic(`resident after 1, 51, 101, 151 and 201 panics: ${sizes.join(", ")} MB`);
  // An instance has some 2 MB and its code; workerd tidies when it likes.
  assert.ok(sizes.at(-1) - sizes[0] < 300);
});

test("whoever is in flight beside a panic gets the right answer or a problem, and never waits", async (t) => {
  const { lines, options } = quiet();
  const kvService = await fakeKv(t, "late");
  const worker = await startWorker(t, { build, kvService, options });
  const known = await answered(t, customers(400));
  const [{ text: batch }] = [await post(worker, `[${known[0].request},${known[1].request}]`, { path: "/v1/segments" })];
  const kinds = [
    ({ request, reply }) => post(worker, request).then((got) => [got, reply]),
    ({ request, reply }) => post(worker, slowly(request, 30)).then((got) => [got, reply]),
    ({ request, reply }) => post(worker, slowly(request, 300)).then((got) => [got, reply]),
    () =>
      post(worker, `[${known[0].request},${known[1].request}]`, { path: "/v1/segments" }).then((got) => [got, batch]),
  ];
  const counts = { 200: 0, 500: 0 };
  let slowest = 0;
  for (let round = 0; round < 12; round += 1) {
    const good = Array.from({ length: 100 }, (_, i) => kinds[i % 4](known[(round * 100 + i) % 400]));
    const bad = [0, 5, 20, 50].map((ms) => sleep(ms).then(() => panic(worker)));
    for (const [got, reply] of await Promise.all(good)) {
      slowest = Math.max(slowest, got.ms);
      counts[got.status] += 1;
      if (got.status === 200) assert.equal(got.text, reply);
      else assertFailed(got);
    }
    for (const got of await Promise.all(bad)) assertFailed(got);
    const next = await post(worker, known[round].request);
    assert.equal(next.text, known[round].reply);
  }
  t.diagnostic(`good requests: ${JSON.stringify(counts)}, the slowest ${slowest.toFixed(0)} ms`);
  assert.ok(counts[200] > 0 && counts[500] > 0, "some were hit, and some were not");
  assert.deepEqual(lines.filter((line) => MISTAKES.test(line)).slice(0, 5), []);
  // Where it panicked is logged, and not with which words: they may hold what was sent.
  assert.ok(lines.some((line) => /^\{"panic":"edge\/src\/worker\.rs:\d+"\}$/.test(line)));
  assert.deepEqual(lines.filter((line) => line.includes("as the test asked")), []);
});
