// The Worker in workerd: what it answers, and what it says of itself.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { JSON_TYPE, PLAIN, ask, assertProblem, cacheOf, named, until } from "./asking.mjs";
import { MODELS, cases } from "./golden.mjs";
import { fakeKv, startWorker } from "./support.mjs";

const ACCEPTED = cases("sample", "accept");

for (const model of Object.keys(MODELS)) {
  test(`every accepted case of the ${model} gets its replies to the byte, each as often as it asks`, async (t) => {
    const worker = await startWorker(t, { model: MODELS[model] });
    for (const { name, request, reply, answer } of cases(model, "accept")) {
      for (const [path, expected] of [["/v1/segment?explain=true", reply], ["/v1/segment", answer], ["/v1/segment?explain=false", answer]]) {
        const response = await ask(worker, request, { path });
        assert.equal(response.status, 200, name);
        assert.equal(await response.text(), expected, `${name} ${path}`);
        assert.equal(response.headers.get("content-type"), "application/json");
        assert.equal(response.headers.get("cache-control"), "no-store");
        assert.equal(response.headers.get("x-content-type-options"), "nosniff");
        assert.equal(response.headers.get("access-control-allow-origin"), null);
      }
      // The plain reply is the other one, less why.
      const { reasons: _, smallest_change: __, ...short } = JSON.parse(reply);
      short.predictions = short.predictions.map(({ reasons: ___, ...prediction }) => prediction);
      if (short.runner_up) delete short.runner_up.reasons;
      assert.deepEqual(JSON.parse(answer), short, name);
    }
  });

  test(`every rejected case of the ${model} gets its problem, and nothing of it is kept`, async (t) => {
    const kvService = await fakeKv(t);
    const worker = await startWorker(t, { model: MODELS[model], kvService });
    for (const { name, request, reply } of cases(model, "reject")) {
      const response = await ask(worker, request);
      assert.equal(response.status, reply.status, name);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
      assert.equal(cacheOf(response), null);
      const { request_id: id, ...problem } = await response.json();
      assert.deepEqual(problem, reply.problem, name);
      assert.equal(id, response.headers.get("x-request-id"));
    }
    await sleep(200);
    assert.deepEqual(kvService.calls, [], "KV is not even asked");
  });
}

test("fields that the model does not know are named, or refused where so configured", async (t) => {
  const body = PLAIN.text.replace("{", '{"id": 7, "Größe": 1, ');
  const lenient = await startWorker(t);
  const response = await ask(lenient, body);
  assert.equal(await response.text(), PLAIN.answer);
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

test("a customer can be sent as their orders, and is then who their columns say", async (t) => {
  const worker = await startWorker(t);
  const orders = [
    { date: "2026-01-10", amount: 20, quantity: 1, voucher: "x" },
    { date: "2026-03-01T09:30:00Z", amount: 12.5, quantity: 2 },
    { date: "2026-03-20", amount: 7.5, quantity: 3 },
    // After the day that the customer is looked at: it does not count.
    { date: "2026-04-01", amount: 1000, quantity: 50 },
  ];
  const body = JSON.stringify({ orders, as_of: "2026-03-31", customer: "c1" });
  const response = await ask(worker, body);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("wedge-ignored"), "customer");
  const answer = await response.text();
  // 11 days since the last, on 3 days, 40 in all, 80 days since the first, 2 items at a time.
  const columns = { recency_days: 11, frequency: 3, mean_amount: 40 / 3, total_amount: 40, tenure_days: 80, mean_quantity: 2 };
  const same = await ask(worker, JSON.stringify(columns));
  assert.equal(await same.text(), answer);
  assert.equal(cacheOf(same), "memory; hit", "they are one customer");
  const [first, second] = (await (await ask(worker, `[${body},${JSON.stringify(columns)}]`, { path: "/v1/segments" })).json());
  assert.deepEqual(first.reply, JSON.parse(answer));
  assert.deepEqual(second.reply, first.reply);
});

test("what cannot be read of the settings is told all at once, and nobody is answered", async (t) => {
  const bindings = {
    CACHE_MODE: "disk", CACHE_TTL: "59", CACHE_SECRET: "too short", UNKNOWN_FIELDS: "keep", BATCH_ROWS: "0",
    RATE_LIMIT_PERIOD: "30", CHALLENGER: "maybe", CHALLENGER_SHARE: "1.5",
  };
  const worker = await startWorker(t, { bindings });
  const health = await worker.fetch("/healthz");
  assert.equal(health.status, 503);
  const { status, problems } = await health.json();
  assert.equal(status, "unusable");
  assert.deepEqual(problems.map((problem) => problem.split(":")[0]).sort(), Object.keys(bindings).sort());
  for (const value of Object.values(bindings)) assert.ok(!problems.join("\n").includes(`: ${value}`), value);
  await assertProblem(await ask(worker, PLAIN.request), 503, "not-configured");
  await worker.stop();

  const wrong = {
    CACHE_TTL: ["0", "-60", "1.5e3", "60s", "99999999999"], BATCH_ROWS: ["-1", "many", "10001"], RATE_LIMIT_PERIOD: ["0", "60s"],
    CHALLENGER_SHARE: ["-0.1", ".5", "0.1234", "1.001", "2", "50%"],
  };
  for (let round = 0; round < 6; round += 1) {
    const settings = Object.entries(wrong).flatMap(([name, values]) => (round in values ? [[name, values[round]]] : []));
    const one = await startWorker(t, { bindings: Object.fromEntries(settings) });
    const { problems: said } = await (await one.fetch("/healthz")).json();
    assert.deepEqual(said.map((problem) => problem.replace(/: set it to .*/, "")).sort(), settings.map(([name]) => name).sort(), String(settings));
    await one.stop();
  }
});

test("a setting may be a number, as configuration files write it, and nothing else that is no text", async (t) => {
  const batch = `[${PLAIN.request},${PLAIN.request}]`;
  const numbers = await startWorker(t, { bindings: { BATCH_ROWS: 1, CACHE_TTL: 60 } });
  await assertProblem(await ask(numbers, batch, { path: "/v1/segments" }), 413, "too-many-rows");
  await numbers.stop();
  const other = await startWorker(t, { bindings: { BATCH_ROWS: true, CACHE_TTL: { seconds: 60 }, LOG: ["on"] } });
  const { problems } = await (await other.fetch("/healthz")).json();
  assert.deepEqual(problems.map((problem) => problem.split(":")[0]).sort(), ["BATCH_ROWS", "CACHE_TTL"]);
  await assertProblem(await ask(other, PLAIN.request), 503, "not-configured");
});

test("path, method, query, media type and size are looked at in this order, and OPTIONS says what there is", async (t) => {
  const worker = await startWorker(t);
  const [long, text] = ["x".repeat(16 * 1024 + 1), { "content-type": "text/plain" }];
  const send = (path, method = "POST") => worker.fetch(path, { method, headers: text, body: long });
  await assertProblem(await send("/v1/nothing?explain=maybe", "PUT"), 404, "not-found");
  await assertProblem(await send("/v1/segment?explain=maybe", "PUT"), 405, "method-not-allowed");
  await assertProblem(await send("/v1/segment?explain=maybe"), 400, "bad-query");
  await assertProblem(await send("/v1/segment"), 415, "unsupported-media-type");
  await assertProblem(await ask(worker, long), 413, "too-large");
  for (const [path, allow] of Object.entries({
    "/v1/segment": "POST, OPTIONS", "/v1/segments": "POST, OPTIONS", "/v1/customers/x": "GET, HEAD, OPTIONS", "/v1/schema": "GET, HEAD, OPTIONS",
    "/v1/model": "GET, HEAD, OPTIONS", "/openapi.json": "GET, HEAD, OPTIONS", "/healthz": "GET, HEAD, OPTIONS", "/version": "GET, HEAD, OPTIONS",
    "/problems/not-json": "GET, HEAD, OPTIONS",
  })) {
    const options = await worker.fetch(path, { method: "OPTIONS" });
    assert.equal(options.status, 204, path);
    assert.equal(options.headers.get("allow"), allow, path);
    assert.equal(await options.text(), "");
    const wrong = await worker.fetch(path, { method: "DELETE" });
    assert.equal(wrong.headers.get("allow"), allow, path);
    await assertProblem(wrong, 405, "method-not-allowed");
  }
  assert.equal((await worker.fetch("/v1/nothing", { method: "OPTIONS" })).status, 404);
  for (const type of ["Application/JSON; charset=utf-8", "application/json;", " application/json ;x"]) {
    const response = await ask(worker, PLAIN.request, { headers: { "content-type": type } });
    assert.equal(await response.text(), PLAIN.answer, type);
  }
});

test("a body without a stated length is counted while it comes; at the limit it is read", async (t) => {
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
  assert.equal(await whole.text(), PLAIN.answer);
  const full = [PLAIN.request, Buffer.alloc(16 * 1024 - PLAIN.request.length, " ")];
  assert.equal(await (await worker.fetch("/v1/segment", stream(full))).text(), PLAIN.answer);
  assert.equal(await (await ask(worker, Buffer.concat(full))).text(), PLAIN.answer);
  const endless = Array.from({ length: 40 }, () => Buffer.alloc(1024, " "));
  await assertProblem(await worker.fetch("/v1/segment", stream(endless)), 413, "too-large");
});

test("schema, card, health and version name one model; HEAD is GET without the body; what is known is not sent again", async (t) => {
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
  assert.deepEqual(await read("/healthz", "application/json"), { status: "ok", model, auth: "off", cache: "kv", experiment: "off" });
  assert.equal((await read("/v1/model", "application/json")).model, model);
  assert.match((await read("/version", "application/json")).version, /^\d+\.\d+\.\d+/);
  const schema = await read("/v1/schema", "application/schema+json");
  assert.equal(schema.$id, `urn:wedge:model:${model}`);
  for (const path of ["/v1/schema", "/v1/model"]) {
    const etag = (await worker.fetch(path)).headers.get("etag");
    assert.equal(etag, `"${model}"`);
    for (const tags of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      const known = await worker.fetch(path, { headers: { "if-none-match": tags } });
      assert.deepEqual([known.status, known.headers.get("etag"), await known.text()], [304, etag, ""], tags);
    }
    assert.equal((await worker.fetch(path, { headers: { "if-none-match": '"x"' } })).status, 200);
  }
});

test("request ids are new each time, and the log has a line of each", async (t) => {
  const worker = await startWorker(t);
  const ids = new Set();
  for (let i = 0; i < 5; i += 1) {
    ids.add((await ask(worker, PLAIN.request)).headers.get("x-request-id"));
  }
  assert.equal(ids.size, 5);
  for (const id of ids) assert.match(id, /^[0-9a-f-]{36}$/);
  await until(() => worker.logs.length >= 5, "five lines");
  const lines = worker.logs.map((line) => JSON.parse(line));
  assert.deepEqual(new Set(lines.map(({ request_id: id }) => id)), ids);
  const { request_id: _, ...first } = lines[0];
  assert.deepEqual(first, { method: "POST", route: "/v1/segment", status: 200, key: "none", cache: "kv-miss", variant: "champion" });
});

test("many requests at once get each their own answer", async (t) => {
  const worker = await startWorker(t);
  const requests = Array.from({ length: 200 }, (_, i) => ACCEPTED[i % ACCEPTED.length]);
  await Promise.all(
    requests.map(async ({ name, request, answer }) => {
      assert.equal(await (await ask(worker, request)).text(), answer, name);
    }),
  );
});
