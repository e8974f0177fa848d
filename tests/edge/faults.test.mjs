// No KV, however bad, changes an answer, fails one or holds it up: each of `KV_FAULTS`, under load.
// SOAK_SECONDS: for how long each (default 1; `make soak`: 60).

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { answered, crowd, customers, MISTAKES, post, quiet } from "./faults/load.mjs";
import { fakeKv, KV_FAULTS, startWorker } from "./support.mjs";

const SECONDS = Number(process.env.SOAK_SECONDS ?? 1);
const CROWD = 40;
// As in edge/src/cache.rs.
const FAILURES = 5;
const REST_SECONDS = 10;
// In a long run more than the isolate remembers: asked in turn, its memory never has the next.
const MANY = SECONDS > 5 ? 2500 : 500;

const isResting = (headers) => headers["cache-status"].includes("resting");

/** What a KV holds after `requests` were asked at `path`, key to value. */
async function filled(t, requests, path) {
  const kvService = await fakeKv(t);
  let left = requests;
  // On a busy machine the breaker may open; the next Worker goes on.
  for (let tries = 0; left.length > 0 && tries < 30; tries += 1) {
    const worker = await startWorker(t, { kvService, options: quiet().options });
    const missed = [];
    await crowd(worker, 4, async (ask, i) => {
      if (i >= left.length) return false;
      const { headers } = await ask(left[i], { path });
      if (isResting(headers)) missed.push(left[i]);
      return true;
    });
    await until(() => kvService.entries.size >= requests.length - missed.length);
    await worker.stop();
    left = missed;
  }
  assert.equal(kvService.entries.size, requests.length);
  return kvService.entries;
}

async function until(holds, ms = 10_000) {
  for (const start = performance.now(); performance.now() - start < ms; await sleep(20)) if (holds()) return true;
  return false;
}

let prepared;
/** `{ asked, entries, older }`: customers with their answers, and what KV holds under their keys, now and before. */
const known = (t) =>
  (prepared ??= (async () => {
    const asked = await answered(t, customers(MANY));
    const requests = asked.map(({ request }) => request);
    const entries = await filled(t, requests, "/v1/segment");
    // What this deployment has sealed, but not under this key.
    const others = [...(await filled(t, requests.slice(0, 50), "/v1/segment?explain=true")).values()];
    const older = new Map([...entries.keys()].map((key, i) => [key, others[i % others.length]]));
    return { asked, entries, older };
  })());

const count = (kv, method) => kv.calls.filter((call) => call.method === method).length;

// Of these the breaker sees nothing but failures, so KV is left alone; and nothing is written again.
const DOWN = ["error500", "error429", "reset", "hang", "drip", "late"];

for (const fault of ["ok", ...Object.keys(KV_FAULTS)]) {
  test(`under load, no answer differs: KV ${fault}`, async (t) => {
    const { asked, entries, older } = await known(t);
    const kvService = await fakeKv(t, fault);
    kvService.older = older;
    if (fault !== "putsRefused") kvService.entries = new Map(entries);
    const { lines, options } = quiet();
    const worker = await startWorker(t, { kvService, options });
    const states = {};
    const times = [];
    const start = performance.now();
    const elapsed = () => (performance.now() - start) / 1000;
    let next = 0;
    const turn = (seconds) => async (ask) => {
      const { request, reply } = asked[next++ % MANY];
      const { status, headers, text, ms } = await ask(request);
      assert.equal(status, 200, text);
      assert.equal(text, reply);
      const state = headers["cache-status"];
      states[state] = (states[state] ?? 0) + 1;
      times.push(ms);
      return elapsed() < seconds;
    };
    // A few at first, whom KV answers in time even here; then so many that on a small machine it is late.
    await crowd(worker, 4, turn(SECONDS / 2));
    await crowd(worker, CROWD, turn(SECONDS));
    const seconds = elapsed();
    times.sort((a, b) => a - b);
    const quantile = (share) => times[Math.floor(share * (times.length - 1))].toFixed(0);
    t.diagnostic(
      `${times.length} requests, p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, most ${quantile(1)} ms; ` +
        `KV: ${count(kvService, "GET")} GET, ${count(kvService, "PUT")} PUT; ${JSON.stringify(states)}`,
    );
    assert.ok(count(kvService, "GET") > 0, "KV was asked");
    if (DOWN.includes(fault)) {
      const most = FAILURES + CROWD + Math.ceil(seconds / REST_SECONDS);
      assert.ok(count(kvService, "GET") <= most, `${count(kvService, "GET")} calls`);
    }
    if (DOWN.includes(fault) || fault === "ok") {
      await sleep(300);
      assert.equal(count(kvService, "PUT"), 0, "what is there is not written again");
      assert.equal(states["kv; hit"] > 0, fault === "ok");
    }
    if (fault === "putsRefused") {
      assert.ok(count(kvService, "PUT") > 0);
      assert.equal(kvService.entries.size, 0);
    }
    assert.deepEqual(lines.filter((line) => MISTAKES.test(line)).slice(0, 5), []);
  });
}

test("when KV is down, memory answers; when it is well again, it is asked again", async (t) => {
  const { asked, entries } = await known(t);
  const kvService = await fakeKv(t, "error500");
  kvService.entries = new Map(entries);
  const worker = await startWorker(t, { kvService, options: quiet().options });
  const ask = async ({ request, reply }) => {
    const { text, headers } = await post(worker, request);
    assert.equal(text, reply);
    return headers["cache-status"];
  };
  for (let i = 0; i < FAILURES; i += 1) {
    assert.equal(await ask(asked[i]), "kv; fwd=miss");
    assert.equal(await ask(asked[i]), "memory; hit");
  }
  const opened = performance.now();
  assert.equal(count(kvService, "GET"), FAILURES);
  assert.equal(await ask(asked[FAILURES]), "kv; fwd=bypass; detail=resting");
  assert.equal(await ask(asked[FAILURES]), "memory; hit");
  kvService.mode = "ok";
  let next = FAILURES + 1;
  // On a busy machine it may be late, and rest once more.
  while ((await ask(asked[next])) !== "kv; hit") {
    next += 1;
    assert.ok(performance.now() - opened < 6 * REST_SECONDS * 1000, "hits never came back");
    await sleep(250);
  }
  assert.ok(performance.now() - opened >= (REST_SECONDS - 1) * 1000, "it rests");
  assert.equal(count(kvService, "PUT"), 0);
});

test("what came late but is there is not written again; what is not there is written", async (t) => {
  const { asked } = await known(t);
  const kvService = await fakeKv(t, "late");
  const worker = await startWorker(t, { kvService, options: quiet().options });
  assert.equal((await post(worker, asked[0].request)).text, asked[0].reply);
  assert.ok(await until(() => count(kvService, "PUT") === 1 && kvService.entries.size === 1));
  await worker.stop();
  const again = await startWorker(t, { kvService, options: quiet().options });
  const { text, headers } = await post(again, asked[0].request);
  assert.equal(text, asked[0].reply);
  assert.equal(headers["cache-status"], "kv; fwd=miss");
  await sleep(1000);
  assert.equal(count(kvService, "PUT"), 1);
});
