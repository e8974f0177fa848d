// What the Worker keeps, where and for how long; and that what is kept, however bad, changes no answer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { PLAIN, ask, cacheOf, customer, keptBy, named, until } from "./asking.mjs";
import { MODELS, cases } from "./golden.mjs";
import { sealed } from "./keys.mjs";
import { fakeKv, startWorker, temporaryFolder } from "./support.mjs";

const CACHE_SECRET = "a secret of these tests";
const ACCEPTED = cases("sample", "accept");

/**
 * Asks new isolates until one finds the answer in KV: on a busy machine reading may take longer than the Worker waits.
 * Returns that response, and the Worker.
 */
async function fromKv(t, body, options) {
  for (let i = 0; i < 10; i += 1) {
    const worker = await startWorker(t, options);
    await worker.fetch("/healthz");
    const response = await ask(worker, body);
    if (cacheOf(response) === "kv; hit") return { worker, response };
    assert.equal(cacheOf(response), "kv; fwd=miss");
    await worker.stop();
  }
  return assert.fail("never a hit");
}

test("equal customers share an entry, whatever their spelling, first in memory and then in KV", async (t) => {
  const respelled = named("sample", "exponents");
  assert.equal(PLAIN.answer, respelled.answer);
  const kvService = await fakeKv(t);
  const options = { kvService, bindings: { CACHE_SECRET } };
  const worker = await startWorker(t, options);
  const statuses = [];
  for (const { request } of [PLAIN, PLAIN, respelled, PLAIN]) {
    const response = await ask(worker, request);
    assert.equal(await response.text(), PLAIN.answer);
    statuses.push(cacheOf(response));
  }
  assert.deepEqual(statuses, ["kv; fwd=miss", "memory; hit", "memory; hit", "memory; hit"]);
  await keptBy(kvService, 1);
  // With reasons it is another answer.
  const why = await ask(worker, PLAIN.request, { path: "/v1/segment?explain=true" });
  assert.equal(cacheOf(why), "kv; fwd=miss");
  assert.equal(await why.text(), PLAIN.reply);
  await keptBy(kvService, 2);
  assert.equal(kvService.calls.filter(({ method }) => method === "GET").length, 2, "memory is asked before KV");

  // What is kept says nothing: a digest, and a sealed value, which is what the format says it is.
  const [[key, value]] = kvService.entries;
  assert.match(key, /^[0-9a-f]{64}$/);
  assert.deepEqual(value, sealed(CACHE_SECRET, key, PLAIN.answer));

  const { worker: another, response } = await fromKv(t, respelled.request, options);
  assert.equal(await response.text(), PLAIN.answer);
  assert.equal(cacheOf(await ask(another, PLAIN.request)), "memory; hit");
  assert.equal(kvService.entries.size, 2);
});

test("memory is bounded: who was asked for least recently makes room", { timeout: 60_000 }, async (t) => {
  const worker = await startWorker(t, { bindings: { CACHE_MODE: "memory" } });
  const statusOf = async (body) => cacheOf(await ask(worker, body));
  const [first, second, ...others] = Array.from({ length: 2048 + 2 }, (_, i) => customer(i));
  for (const body of [first, second]) assert.equal(await statusOf(body), "memory; fwd=miss");
  const next = others.slice(2).values();
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (const body of next) assert.equal(await statusOf(body), "memory; fwd=miss");
  }));
  assert.equal(await statusOf(first), "memory; hit", "2,048 find room");
  for (const body of others.slice(0, 2)) assert.equal(await statusOf(body), "memory; fwd=miss");
  assert.equal(await statusOf(first), "memory; hit");
  assert.equal(await statusOf(second), "memory; fwd=miss", "it was the least recent");
});

test("an answer is kept across a restart, in the platform's own KV", async (t) => {
  const kvPersist = await temporaryFolder(t);
  const before = await startWorker(t, { kvPersist });
  assert.equal(cacheOf(await ask(before, PLAIN.request)), "kv; fwd=miss");
  const keys = async (worker) => (await (await worker.kv()).list()).keys;
  await until(async () => (await keys(before)).length === 1, "an entry");
  const [{ name, metadata }] = await keys(before);
  assert.match(name, /^[0-9a-f]{64}$/);
  assert.equal(metadata, undefined);
  await before.stop();
  const { response } = await fromKv(t, PLAIN.request, { kvPersist });
  assert.equal(await response.text(), PLAIN.answer);
});

test("a hit is not written again; another secret makes another entry", async (t) => {
  const kvService = await fakeKv(t);
  const options = { kvService, bindings: { CACHE_SECRET } };
  const first = await startWorker(t, options);
  await ask(first, PLAIN.request);
  await keptBy(kvService, 1);
  const { worker } = await fromKv(t, PLAIN.request, options);
  for (let i = 0; i < 5; i += 1) assert.equal(cacheOf(await ask(worker, PLAIN.request)), "memory; hit");
  await sleep(300);
  const puts = kvService.calls.filter(({ method }) => method === "PUT");
  assert.equal(puts.length, 1);
  assert.equal(puts[0].ttl, 86_400, "a day");

  const rotated = await startWorker(t, { kvService, bindings: { CACHE_SECRET: "the next secret of these tests" } });
  const response = await ask(rotated, PLAIN.request);
  assert.equal(cacheOf(response), "kv; fwd=miss");
  assert.equal(await response.text(), PLAIN.answer);
  await keptBy(kvService, 2);
});

test("an entry lives for as long as was set", async (t) => {
  for (const [CACHE_TTL, ttl] of [["60", 60], [" 3600 ", 3600], ["none", null], ["NONE", null], ["", 86_400]]) {
    const kvService = await fakeKv(t);
    const worker = await startWorker(t, { kvService, bindings: { CACHE_TTL } });
    await ask(worker, PLAIN.request);
    await keptBy(kvService, 1);
    assert.equal(kvService.calls.find(({ method }) => method === "PUT").ttl, ttl, CACHE_TTL);
    await worker.stop();
  }
});

test("a KV that fails or hangs changes no answer, delays none for long, and is left alone", async (t) => {
  for (const mode of ["error500", "hang"]) {
    const kvService = await fakeKv(t, mode);
    const worker = await startWorker(t, { kvService });
    await worker.fetch("/healthz");
    const [statuses, waits] = [[], []];
    for (const { name, request, answer } of ACCEPTED.slice(0, 8)) {
      const start = performance.now();
      const response = await ask(worker, request);
      assert.equal(await response.text(), answer, name);
      waits.push(performance.now() - start);
      statuses.push(cacheOf(response));
    }
    const miss = "kv; fwd=miss";
    // Two golden cases may be one customer: the second is remembered.
    const asked = statuses.filter((status) => status === miss);
    assert.equal(asked.length, 5, statuses.join(", "));
    assert.ok(statuses.every((status) => [miss, "memory; hit", "kv; fwd=bypass; detail=resting"].includes(status)), statuses.join(", "));
    // The Worker waits 25 ms. The fastest of them says so even on a busy machine.
    assert.ok(Math.min(...waits) < 500, `${waits} ms`);
    assert.equal(kvService.calls.filter(({ method }) => method === "GET").length, 5);
    await worker.stop();
  }
});

test("a KV that lies costs a hit, not an answer, and is put right", async (t) => {
  const kvService = await fakeKv(t);
  const options = { kvService, bindings: { CACHE_SECRET } };
  const before = await startWorker(t, options);
  const customers = [];
  for (let i = 0; i < 13; i += 1) {
    const known = new Set(kvService.entries.keys());
    const response = await ask(before, customer(i));
    assert.equal(cacheOf(response), "kv; fwd=miss");
    await keptBy(kvService, known.size + 1);
    const key = [...kvService.entries.keys()].find((name) => !known.has(name));
    customers.push({ request: customer(i), answer: await response.text(), key });
  }
  await before.stop();
  const honest = new Map(kvService.entries);
  const changed = (bytes, at) => bytes.map((byte, i) => (i === (at + bytes.length) % bytes.length ? byte ^ 1 : byte));
  const lies = [
    ["another customer's answer", (_, other) => honest.get(other)],
    ["the answer as text", (_, __, answer) => Buffer.from(answer)],
    ["nothing", () => Buffer.alloc(0)],
    ["one byte", () => Buffer.alloc(1)],
    ["a nonce and no more", (own) => honest.get(own).subarray(0, 12)],
    ["garbage", () => Buffer.from("\u0000\u0001 garbage")],
    ["a byte less", (own) => honest.get(own).subarray(0, -1)],
    ["a byte more", (own) => Buffer.concat([honest.get(own), Buffer.alloc(1)])],
    ["a changed nonce", (own) => changed(honest.get(own), 0)],
    ["a changed letter", (own) => changed(honest.get(own), 200)],
    ["a changed tag", (own) => changed(honest.get(own), -1)],
    ["sealed for another key", (_, other, answer) => sealed(CACHE_SECRET, other, answer)],
    ["sealed with another secret", (own, _, answer) => sealed("the secret of somebody else", own, answer)],
  ];
  assert.equal(customers.length, lies.length);
  for (const [i, [, lie]] of lies.entries()) {
    const [own, other] = [customers[i], customers[(i + 1) % customers.length]];
    kvService.entries.set(own.key, lie(own.key, other.key, own.answer));
  }
  const after = await startWorker(t, options);
  for (const [i, [what]] of lies.entries()) {
    const { request, answer, key } = customers[i];
    const response = await ask(after, request);
    assert.equal(await response.text(), answer, what);
    assert.equal(cacheOf(response), "kv; fwd=miss", what);
    await until(() => honest.get(key).equals(kvService.entries.get(key)), `${what} is put right`);
  }
});

test("without KV, or where it is not to be used, memory alone keeps answers, or nothing does", async (t) => {
  const statuses = async (options) => {
    const kvService = options.options ? undefined : await fakeKv(t);
    const worker = await startWorker(t, { kvService, ...options });
    const found = [];
    for (let i = 0; i < 2; i += 1) {
      const response = await ask(worker, PLAIN.request);
      assert.equal(await response.text(), PLAIN.answer);
      found.push(cacheOf(response));
    }
    const { cache } = await (await worker.fetch("/healthz")).json();
    await sleep(100);
    assert.deepEqual(kvService?.calls ?? [], []);
    await worker.stop();
    return [cache, ...found];
  };
  const memory = ["memory", "memory; fwd=miss", "memory; hit"];
  const off = ["off", "kv; fwd=bypass", "kv; fwd=bypass"];
  assert.deepEqual(await statuses({ options: { kvNamespaces: {} } }), memory);
  assert.deepEqual(await statuses({ bindings: { CACHE_MODE: "memory" } }), memory);
  assert.deepEqual(await statuses({ bindings: { CACHE_MODE: "off" } }), off);
  assert.deepEqual(await statuses({ bindings: { CACHE_SECRET: "" } }), off, "without a secret nothing is kept");
});

test("columns that a customer lacks, or whose word is unknown, are named on a miss and on every hit", async (t) => {
  const kvService = await fakeKv(t);
  const options = { model: MODELS.shop, kvService };
  const worker = await startWorker(t, options);
  const unseen = named("shop", "a-word-never-seen");
  const lacking = named("shop", "missing-by-absence");
  const said = (response) => [cacheOf(response), response.headers.get("wedge-other"), response.headers.get("wedge-imputed")];
  const [miss, hit, kv] = ["kv; fwd=miss", "memory; hit", "kv; hit"];
  assert.deepEqual(said(await ask(worker, unseen.request)), [miss, "plan", null]);
  assert.deepEqual(said(await ask(worker, unseen.text.replace("platinum", "diamond"))), [hit, "plan", null]);
  assert.deepEqual(said(await ask(worker, lacking.request)), [miss, null, "age, joined"]);
  assert.deepEqual(said(await ask(worker, named("shop", "missing-as-told-by-word").request)), [hit, null, "age, joined"]);
  assert.deepEqual(said(await ask(worker, named("shop", "plain").request)), [miss, null, null]);
  await keptBy(kvService, 3);
  assert.deepEqual(said((await fromKv(t, unseen.request, options)).response), [kv, "plan", null]);
  assert.deepEqual(said((await fromKv(t, lacking.request, options)).response), [kv, null, "age, joined"]);
});

test("customers who are equal on their days share an entry", async (t) => {
  const worker = await startWorker(t, { model: MODELS.shop });
  const { text, answer } = named("shop", "plain");
  assert.equal(await (await ask(worker, text)).text(), answer);
  const shifted = await ask(worker, text.replace("2023-12-24", "2024-12-24T10:00").replace("{", '{"as_of": "2025-03-02", '));
  assert.equal(cacheOf(shifted), "memory; hit");
  assert.equal(await shifted.text(), answer);
});
