// The Worker in workerd: what it answers, and that no KV, however bad, changes an answer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { cases } from "./golden.mjs";
import { fakeKv, startWorker, temporaryFolder } from "./support.mjs";

const JSON_TYPE = { "content-type": "application/json" };
const PLAIN = cases("sample", "accept").find(({ name }) => name === "plain");
const RESPELLED = cases("sample", "accept").find(({ name }) => name === "exponents");

const ask = (worker, body, headers = JSON_TYPE) =>
  worker.fetch("/v1/segment", { method: "POST", headers, body });

/**
 * Asks until the answer comes from the cache: writing happens after the response, in its own time, and on a
 * busy machine reading may take longer than the Worker waits. Returns how many misses there were before.
 */
async function untilHit(worker, body, reply) {
  for (let misses = 0; misses < 100; misses += 1) {
    const response = await ask(worker, body);
    assert.equal(await response.text(), reply);
    const status = response.headers.get("cache-status");
    if (status === "kv; hit") return misses;
    assert.equal(status, "kv; fwd=miss");
    await sleep(50);
  }
  assert.fail("never a hit");
}

async function assertProblem(response, status, slug) {
  assert.equal(response.status, status);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const problem = await response.json();
  assert.equal(problem.type, `/problems/${slug}`);
  assert.equal(problem.status, status);
  assert.equal(problem.request_id, response.headers.get("x-request-id"));
}

const BUILDS = { sample: "edge/build", excerpt: "edge/build-excerpt", shop: "edge/build-shop" };

for (const [model, build] of Object.entries(BUILDS)) {
  test(`every accepted case of the ${model} gets its reply to the byte`, async (t) => {
    const worker = await startWorker(t, { build });
    for (const { name, request, reply } of cases(model, "accept")) {
      const response = await ask(worker, request);
      assert.equal(response.status, 200, name);
      assert.equal(await response.text(), reply, name);
      assert.equal(response.headers.get("content-type"), "application/json");
      assert.equal(response.headers.get("cache-control"), "no-store");
      assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    }
  });

  test(`every rejected case of the ${model} gets its problem, and nothing of it is kept`, async (t) => {
    const worker = await startWorker(t, { build });
    for (const { name, request, reply } of cases(model, "reject")) {
      const response = await ask(worker, request);
      assert.equal(response.status, reply.status, name);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
      const { request_id: id, ...problem } = await response.json();
      assert.deepEqual(problem, reply.problem, name);
      assert.equal(id, response.headers.get("x-request-id"));
    }
    await sleep(200);
    assert.deepEqual((await (await worker.kv()).list()).keys, []);
  });
}

test("equal customers share an entry, whatever their spelling; keys say nothing", async (t) => {
  const worker = await startWorker(t);
  assert.equal(PLAIN.reply, RESPELLED.reply);
  const first = await ask(worker, PLAIN.request);
  assert.equal(first.headers.get("cache-status"), "kv; fwd=miss");
  await untilHit(worker, PLAIN.request, PLAIN.reply);
  await untilHit(worker, RESPELLED.request, PLAIN.reply);
  const { keys } = await (await worker.kv()).list();
  assert.equal(keys.length, 1);
  assert.match(keys[0].name, /^[0-9a-f]{64}$/);
  assert.equal(keys[0].metadata, undefined);
});

test("an answer is kept across a restart", async (t) => {
  const kvPersist = await temporaryFolder(t);
  const before = await startWorker(t, { kvPersist });
  await untilHit(before, PLAIN.request, PLAIN.reply);
  await before.stop();
  const after = await startWorker(t, { kvPersist });
  assert.equal((await (await after.kv()).list()).keys.length, 1);
  await untilHit(after, PLAIN.request, PLAIN.reply);
});

test("a hit is not written again; an entry lives a day; another secret, another key", async (t) => {
  const kvService = await fakeKv(t);
  const worker = await startWorker(t, { kvService });
  let misses = 0;
  for (let i = 0; i < 6; i += 1) misses += await untilHit(worker, PLAIN.request, PLAIN.reply);
  await sleep(300);
  const puts = kvService.calls.filter(({ method }) => method === "PUT");
  assert.equal(puts.length, misses, "each miss is written once, a hit never");
  assert.equal(puts[0].ttl, 86_400);
  await worker.stop();

  const bindings = { CACHE_SECRET: "another secret of the tests" };
  const rotated = await startWorker(t, { kvService, bindings });
  await untilHit(rotated, PLAIN.request, PLAIN.reply);
  assert.equal(kvService.entries.size, 2);
});

test("a KV that fails changes no answer", async (t) => {
  const kvService = await fakeKv(t, "error500");
  const worker = await startWorker(t, { kvService });
  for (const { name, request, reply } of cases("sample", "accept")) {
    const response = await ask(worker, request);
    assert.equal(await response.text(), reply, name);
    assert.equal(response.headers.get("cache-status"), "kv; fwd=miss");
  }
  assert.ok(kvService.calls.length > 0, "KV was not asked");
});

test("a KV that hangs changes no answer and delays none for long", async (t) => {
  const kvService = await fakeKv(t, "hang");
  const worker = await startWorker(t, { kvService });
  await worker.fetch("/healthz");
  const waits = [];
  for (const { name, request, reply } of cases("sample", "accept").slice(0, 8)) {
    const start = performance.now();
    const response = await ask(worker, request);
    assert.equal(await response.text(), reply, name);
    waits.push(performance.now() - start);
    assert.equal(response.headers.get("cache-status"), "kv; fwd=miss");
  }
  // The Worker waits 25 ms. The fastest of them says so even on a busy machine.
  assert.ok(Math.min(...waits) < 500, `${waits} ms`);
  assert.ok(kvService.calls.length > 0, "KV was not asked");
});

test("a KV that lies costs a hit, not an answer, and is put right", async (t) => {
  const kvService = await fakeKv(t);
  const worker = await startWorker(t, { kvService });
  await untilHit(worker, PLAIN.request, PLAIN.reply);
  const [key] = kvService.entries.keys();
  const another = cases("sample", "accept").find(({ reply }) => reply !== PLAIN.reply);
  await untilHit(worker, another.request, another.reply);
  const [anothers] = [...kvService.entries].filter(([name]) => name !== key).map(([, value]) => value);
  const lies = {
    "another customer's answer": anothers,
    "an answer that nobody signed": PLAIN.reply,
    empty: "",
    garbage: "\u0000\u0001 garbage",
    "an empty object": "{}",
    "another model": PLAIN.reply.replace(/"model":"[0-9a-f]{64}"/, `"model":"${"0".repeat(64)}"`),
    "cut short": PLAIN.reply.slice(0, -1),
    "bytes that are no text": Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  };
  for (const [name, lie] of Object.entries(lies)) {
    kvService.entries.set(key, Buffer.from(lie));
    const response = await ask(worker, PLAIN.request);
    assert.equal(await response.text(), PLAIN.reply, name);
    assert.equal(response.headers.get("cache-status"), "kv; fwd=miss", name);
    await untilHit(worker, PLAIN.request, PLAIN.reply);
  }
});

test("without a secret, or with one that is too short, nothing is kept", async (t) => {
  for (const bindings of [{}, { CACHE_SECRET: "short" }]) {
    const worker = await startWorker(t, { options: { bindings } });
    for (let i = 0; i < 2; i += 1) {
      const response = await ask(worker, PLAIN.request);
      assert.equal(await response.text(), PLAIN.reply);
      assert.equal(response.headers.get("cache-status"), "kv; fwd=bypass");
    }
    await sleep(200);
    assert.deepEqual((await (await worker.kv()).list()).keys, []);
    await worker.stop();
  }
});

test("without a KV binding it answers all the same", async (t) => {
  const worker = await startWorker(t, { options: { kvNamespaces: {} } });
  const response = await ask(worker, PLAIN.request);
  assert.equal(await response.text(), PLAIN.reply);
  assert.equal(response.headers.get("cache-status"), "kv; fwd=bypass");
});

test("fields that the model does not know are named, or refused where so configured", async (t) => {
  const body = PLAIN.text.replace("{", '{"id": 7, "Größe": 1, ');
  const lenient = await startWorker(t);
  const response = await ask(lenient, body);
  assert.equal(await response.text(), PLAIN.reply);
  assert.equal(response.headers.get("wedge-ignored"), "id, Gr%C3%B6%C3%9Fe");
  await lenient.stop();
  const strict = await startWorker(t, { bindings: { UNKNOWN_FIELDS: "reject" } });
  const refused = await ask(strict, body);
  assert.equal(refused.status, 422);
  const { errors } = await refused.json();
  assert.deepEqual(errors.map(({ pointer, code }) => [pointer, code]), [
    ["/id", "unknown-field"],
    ["/Größe", "unknown-field"],
  ]);
  assert.equal((await ask(strict, PLAIN.request)).status, 200);
});

test("columns with a word that the model does not know are named, on a miss and on a hit", async (t) => {
  const worker = await startWorker(t, { build: BUILDS.shop });
  const unseen = cases("shop", "accept").find(({ name }) => name === "a-word-never-seen");
  const alike = unseen.text.replace("platinum", "diamond");
  const said = async (body) => (await ask(worker, body)).headers.get("wedge-other");
  assert.equal(await said(unseen.request), "plan");
  await untilHit(worker, unseen.request, unseen.reply);
  assert.equal(await said(unseen.request), "plan");
  await untilHit(worker, alike, unseen.reply);
  assert.equal(await said(cases("shop", "accept").find(({ name }) => name === "plain").request), null);
});

test("customers who are equal on their days share an entry", async (t) => {
  const worker = await startWorker(t, { build: BUILDS.shop });
  const { text, reply } = cases("shop", "accept").find(({ name }) => name === "plain");
  await untilHit(worker, text, reply);
  const shifted = text.replace("2023-12-24", "2024-12-24T10:00").replace("{", '{"as_of": "2025-03-02", ');
  await untilHit(worker, shifted, reply);
  assert.equal((await (await worker.kv()).list()).keys.length, 1);
});

test("paths, methods, media types and sizes are checked in this order", async (t) => {
  const worker = await startWorker(t);
  await assertProblem(await worker.fetch("/v1/nothing", { method: "POST" }), 404, "not-found");
  for (const [method, path, allow] of [
    ["GET", "/v1/segment", "POST"],
    ["OPTIONS", "/v1/segment", "POST"],
    ["PROPFIND", "/v1/model", "GET, HEAD"],
    ["DELETE", "/v1/schema", "GET, HEAD"],
    ["POST", "/healthz", "GET, HEAD"],
  ]) {
    const response = await worker.fetch(path, { method });
    assert.equal(response.headers.get("allow"), allow, `${method} ${path}`);
    await assertProblem(response, 405, "method-not-allowed");
  }
  const long = "x".repeat(16 * 1024 + 1);
  const unnamed = await ask(worker, long, { "content-type": "text/plain" });
  assert.equal(unnamed.headers.get("accept-post"), "application/json");
  await assertProblem(unnamed, 415, "unsupported-media-type");
  await assertProblem(await ask(worker, Buffer.from("{}"), {}), 415, "unsupported-media-type");
  await assertProblem(await ask(worker, long), 413, "too-large");
  const upper = { "content-type": "Application/JSON; charset=utf-8" };
  assert.equal(await (await ask(worker, PLAIN.request, upper)).text(), PLAIN.reply);
});

test("a body without a stated length is counted while it comes", async (t) => {
  const worker = await startWorker(t);
  const stream = (chunks) => ({
    method: "POST",
    headers: JSON_TYPE,
    duplex: "half",
    body: new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk);
        controller.close();
      },
    }),
  });
  const halves = [PLAIN.request.subarray(0, 20), PLAIN.request.subarray(20)];
  const whole = await worker.fetch("/v1/segment", stream(halves));
  assert.equal(await whole.text(), PLAIN.reply);
  const endless = Array.from({ length: 40 }, () => Buffer.alloc(1024, " "));
  await assertProblem(await worker.fetch("/v1/segment", stream(endless)), 413, "too-large");
});

test("schema, model card and health name one model; HEAD is GET without the body", async (t) => {
  const worker = await startWorker(t);
  const { model } = JSON.parse(PLAIN.reply);
  const read = async (path, mediaType) => {
    const response = await worker.fetch(path);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), mediaType);
    const head = await worker.fetch(path, { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.equal(head.headers.get("content-type"), mediaType);
    assert.equal(await head.text(), "");
    return response.json();
  };
  assert.deepEqual(await read("/healthz", "application/json"), { status: "ok", model });
  assert.equal((await read("/v1/model", "application/json")).model, model);
  const schema = await read("/v1/schema", "application/schema+json");
  assert.equal(schema.$id, `urn:wedge:model:${model}`);
  const examples = Object.entries(schema.properties).map(([name, { examples: [first] }]) => [name, first]);
  assert.equal((await ask(worker, JSON.stringify(Object.fromEntries(examples)))).status, 200);
});

test("request ids are new each time", async (t) => {
  const worker = await startWorker(t);
  const ids = new Set();
  for (let i = 0; i < 5; i += 1) {
    ids.add((await ask(worker, PLAIN.request)).headers.get("x-request-id"));
  }
  assert.equal(ids.size, 5);
  for (const id of ids) assert.match(id, /^[0-9a-f-]{36}$/);
});

test("many requests at once get each their own answer", async (t) => {
  const worker = await startWorker(t);
  const accepted = cases("sample", "accept");
  const requests = Array.from({ length: 200 }, (_, i) => accepted[i % accepted.length]);
  await Promise.all(
    requests.map(async ({ name, request, reply }) => {
      assert.equal(await (await ask(worker, request)).text(), reply, name);
    }),
  );
});
