// What is broken beside KV: the models, the bindings, and clients that stall, lie or go away.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { answered, crowd, customers, MISTAKES, post, quiet } from "./faults/load.mjs";
import { MODELS, ROOT, startWorker } from "./support.mjs";

const get = (worker, path) => post(worker, "", { path, method: "GET" });

/** A model that cannot be used, by what is wrong with it. */
function brokenModels() {
  const model = readFileSync(join(ROOT, MODELS.sample));
  const changed = (at, by) => Buffer.from(model.map((byte, i) => (i === at ? byte ^ by : byte)));
  return {
    "a byte in the middle changed": changed(Math.floor(model.length / 2), 1),
    "the last byte changed": changed(model.length - 1, 128),
    "another format version": changed(4, 64),
    "cut short": model.subarray(0, -1),
    empty: Buffer.alloc(0),
    "3 MB of zeros": Buffer.alloc(3_000_000),
    text: Buffer.from("<!doctype html>"),
  };
}

for (const [what, model] of Object.entries(brokenModels())) {
  test(`a model that cannot be used is said where it is needed, and nowhere else: ${what}`, async (t) => {
    const worker = await startWorker(t, { model, options: quiet().options });
    const [customer] = customers(1);
    for (const [path, method, body] of [
      ["/v1/segment", "POST", customer],
      ["/v1/segments", "POST", `[${customer}]`],
      ["/v1/schema", "GET", ""],
      ["/v1/model", "GET", ""],
      ["/openapi.json", "GET", ""],
    ]) {
      const { status, headers, text } = await post(worker, body, { path, method });
      assert.equal(status, 503, `${path}: ${text}`);
      assert.equal(headers["content-type"], "application/problem+json");
      assert.equal(JSON.parse(text).type, "/problems/model-unusable");
    }
    const health = await get(worker, "/healthz");
    assert.equal(health.status, 503);
    const { status, problems, model: id } = JSON.parse(health.text);
    assert.deepEqual([status, id], ["unusable", undefined]);
    assert.match(problems.join(), /^model\.postcard: /);
    assert.equal((await get(worker, "/version")).status, 200);
    assert.equal((await get(worker, "/problems/model-unusable")).status, 200);
  });
}

test("a second model that cannot be used takes nothing from the first", async (t) => {
  const [{ request, reply }] = await answered(t, customers(1));
  for (const [what, challenger] of Object.entries(brokenModels())) {
    if (challenger.length === 0) continue;
    for (const mode of ["split", "shadow"]) {
      const bindings = { CHALLENGER: mode, CHALLENGER_SHARE: "1" };
      const worker = await startWorker(t, { challenger, bindings, options: quiet().options });
      const { status, text } = await post(worker, request);
      assert.deepEqual([status, text], [200, reply], what);
      const health = await get(worker, "/healthz");
      assert.equal(health.status, 200);
      assert.equal(JSON.parse(health.text).status, "degraded", what);
      assert.match(JSON.parse(health.text).problems.join(), /^challenger\.postcard: /);
      assert.equal((await get(worker, "/v1/model?which=challenger")).status, 404);
      await worker.stop();
    }
  }
});

/** The Worker behind a module that breaks what the platform gives it. */
function broken(script) {
  const folder = join(ROOT, "edge/build");
  const contents = `import wedge from "./entry.js";
${script}
export default { fetch: (request, env, context) => wedge.fetch(request, broken(env, request), context) };`;
  return {
    ...quiet().options,
    modules: [
      { type: "ESModule", path: join(folder, "broken.js"), contents },
      { type: "ESModule", path: join(folder, "entry.js") },
      { type: "ESModule", path: join(folder, "index.js") },
      { type: "CompiledWasm", path: join(folder, "index_bg.wasm") },
      { type: "Data", path: join(folder, "model.postcard"), contents: readFileSync(join(ROOT, MODELS.sample)) },
      { type: "Data", path: join(folder, "challenger.postcard"), contents: new Uint8Array() },
    ],
  };
}

const no = `() => { throw new Error("no") }`;
// The classes bear the platform's names.
for (const [what, script] of Object.entries({
  "KV throws": `class KvNamespace { get = ${no}; put = ${no} }
const broken = (env) => ({ ...env, CACHE: new KvNamespace() });`,
  "KV answers with something else": `class KvNamespace { get = () => 7; put = () => null }
const broken = (env) => ({ ...env, CACHE: new KvNamespace() });`,
  "KV rejects with nothing": `class KvNamespace { get = () => Promise.reject(); put = () => Promise.reject() }
const broken = (env) => ({ ...env, CACHE: new KvNamespace() });`,
  "counting throws": `class AnalyticsEngineDataset { writeDataPoint = ${no} }
const broken = (env) => ({ ...env, COUNTERS: new AnalyticsEngineDataset() });`,
  "logging throws": `console.log = ${no};
const broken = (env) => env;`,
})) {
  test(`an answer is given all the same where ${what}`, async (t) => {
    const [{ request, reply }] = await answered(t, customers(1));
    const worker = await startWorker(t, { options: broken(script) });
    for (let i = 0; i < 10; i += 1) {
      const { status, text } = await post(worker, request);
      assert.deepEqual([status, text], [200, reply]);
    }
    const health = await get(worker, "/healthz");
    assert.equal(JSON.parse(health.text).status, "ok");
  });
}

test("what kills the instance without being a panic costs its request, and nobody waits", async (t) => {
  const [{ request, reply }] = await answered(t, customers(1));
  // What Rust does not expect to throw, once.
  const script = `const broken = (env, request) => {
  if (request.url.endsWith("?die")) {
    crypto.randomUUID = () => {
      delete crypto.randomUUID;
      throw new TypeError("no");
    };
  }
  return env;
};`;
  const worker = await startWorker(t, { options: broken(script) });
  for (let i = 0; i < 5; i += 1) {
    const dead = await post(worker, request, { path: "/v1/segment?die" });
    assert.equal(dead.status, 500);
    const { status, text } = await post(worker, request);
    assert.deepEqual([status, text], [200, reply]);
  }
});

/** What a plain connection hears after it sent `start`; `then` may send more. */
function raw(worker, start, then) {
  const { hostname, port } = new URL(worker.url);
  const socket = connect(Number(port), hostname);
  const began = performance.now();
  const heard = new Promise((resolve) => {
    let text = "";
    const end = () => resolve({ text, ms: performance.now() - began });
    socket.setEncoding("utf8").on("data", (more) => {
      text += more;
      if (text.includes("\r\n\r\n")) end();
    });
    socket.on("error", end).on("close", end);
  });
  socket.write(start);
  then?.(socket);
  return { socket, heard };
}

const headOf = (length) =>
  `POST /v1/segment HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;

test("who sends a byte a second holds nobody up", async (t) => {
  const worker = await startWorker(t, { options: quiet().options });
  const known = await answered(t, customers(200));
  const slow = Array.from({ length: 50 }, () => {
    const { socket } = raw(worker, headOf("Content-Length: 120"));
    const timer = setInterval(() => socket.writable && socket.write("{"), 1000);
    return () => (clearInterval(timer), socket.destroy());
  });
  const start = performance.now();
  await crowd(worker, 20, async (ask, i) => {
    const { request, reply } = known[i % 200];
    const { text } = await ask(request);
    assert.equal(text, reply);
    return performance.now() - start < 3000;
  });
  for (const stop of slow) stop();
  assert.equal((await post(worker, known[0].request)).text, known[0].reply);
});

test("a body that is too long is refused at once where it says so, and soon where it does not", async (t) => {
  const worker = await startWorker(t, { options: quiet().options });
  const [{ request, reply }] = await answered(t, customers(1));
  const stated = raw(worker, headOf(`Content-Length: ${65 << 20}`));
  const { text, ms } = await stated.heard;
  assert.match(text, /^HTTP\/1.1 413 /);
  t.diagnostic(`65 MiB stated and never sent: 413 after ${ms.toFixed(0)} ms`);
  assert.ok(ms < 1500, "whoever sends nothing is not waited for");
  stated.socket.destroy();
  // Read away for a while, so that who still sends sees why.
  assert.ok(ms < 6000);

  const mebibyte = " ".repeat(1 << 20);
  const streamed = raw(worker, headOf("Transfer-Encoding: chunked"), async (socket) => {
    for (let i = 0; i < 60 && socket.writable; i += 1) {
      if (!socket.write(`100000\r\n${mebibyte}\r\n`)) await Promise.race([sleep(5000), new Promise((r) => socket.once("drain", r))]);
    }
  });
  const refused = await streamed.heard;
  assert.match(refused.text, /^HTTP\/1.1 413 /);
  t.diagnostic(`60 MiB streamed: 413 after ${refused.ms.toFixed(0)} ms`);
  streamed.socket.destroy();
  assert.equal((await post(worker, request)).text, reply);

  // With both a length and chunks, chunks count (RFC 9112, 6.3).
  const both = raw(worker, headOf("Content-Length: 5\r\nTransfer-Encoding: chunked"), async (socket) => {
    for (let i = 0; i < 60 && socket.writable; i += 1) {
      if (!socket.write(`100000\r\n${mebibyte}\r\n`)) await Promise.race([sleep(5000), new Promise((r) => socket.once("drain", r))]);
    }
  });
  assert.match((await both.heard).text, /^HTTP\/1.1 4\d\d /);
  both.socket.destroy();
  assert.equal((await post(worker, request)).text, reply);
});

test("a stated length that is a lie hurts nobody else", async (t) => {
  const worker = await startWorker(t, { options: quiet().options });
  const [{ request, reply }] = await answered(t, customers(1));
  const lies = [
    [headOf("Content-Length: 5"), request],
    [headOf("Content-Length: 16384"), request],
    // workerd itself answers 500 here; it never comes to us.
    [headOf("Content-Length: -1"), request],
    [headOf("Content-Length: 5, 6"), request],
    [headOf("Content-Length: 18446744073709551616"), request],
    [headOf("Content-Length: 1\r\nContent-Length: 99"), request],
    [headOf("Content-Length: 5\r\nTransfer-Encoding: chunked"), `5\r\n{"a":`],
  ];
  for (const [head, body] of lies) {
    const { socket, heard } = raw(worker, head + body);
    socket.end();
    const said = await Promise.race([heard, sleep(5000, { text: "silence" })]);
    assert.doesNotMatch(said.text, /^HTTP\/1.1 (2|50[1-9])/, head);
    if (/^HTTP\/1.1 5/.test(said.text)) assert.match(said.text, /Content-Length: 21\r\n/);
    socket.destroy();
    assert.equal((await post(worker, request)).text, reply);
  }
});

test("clients that go away in the middle take nothing with them", async (t) => {
  const { lines, options } = quiet();
  const worker = await startWorker(t, { options });
  const [{ request, reply }] = await answered(t, customers(1));
  for (let round = 0; round < 50; round += 1) {
    const gone = Array.from({ length: 10 }, async (_, i) => {
      const whole = headOf(`Content-Length: ${request.length}`) + request;
      const { socket } = raw(worker, i % 2 ? whole : whole.slice(0, -20));
      await sleep(i);
      socket.resetAndDestroy();
    });
    const { status, text } = await post(worker, request);
    assert.deepEqual([status, text], [200, reply]);
    await Promise.all(gone);
  }
  assert.equal((await post(worker, request)).text, reply);
  assert.deepEqual(lines.filter((line) => MISTAKES.test(line)).slice(0, 5), []);
});
