// What is left of a customer when the answer has been sent: in KV, in the log, in counters, in errors.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { request as send, Agent } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { JSON_TYPE, PLAIN, all, until } from "./asking.mjs";
import { MODELS, cases } from "./golden.mjs";
import { mac, newKey, ring } from "./keys.mjs";
import { COUNTED, ROOT, fakeKv, startWorker } from "./support.mjs";

const CACHE_SECRET = "a secret of the privacy tests";

/** Asks as Node's plainest client does, over few connections: thousands of requests must not take long. */
function client(t, url, connections) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  t.after(() => agent.destroy());
  const { hostname, port } = new URL(url);
  return (path, { method = "POST", headers = {}, body = "" } = {}) =>
    new Promise((resolve, reject) => {
      const length = method === "POST" ? { "content-length": Buffer.byteLength(body) } : {};
      const request = send({ agent, hostname, port, method, path, headers: { ...JSON_TYPE, ...headers, ...length } });
      request.on("error", reject);
      request.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
        response.on("error", reject).on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
      });
      request.end(method === "POST" ? body : undefined);
    });
}

// A name and an amount for each customer, which nobody else has; as they are, and in the disguises that are none.
const NAME = "Zephyrine";
const nameOf = (i) => `${NAME}${i}Planted`;
const amountOf = (i) => 700_001.25 + i;
const AMOUNT = /7[01]\d{4}\.25/;
const DISGUISES = [
  NAME, NAME.toLowerCase(), Buffer.from(NAME).toString("hex"), Buffer.from(NAME, "utf16le").toString("latin1"),
  // Base64 of what begins at each of three places, without the letters that its neighbours change.
  ...[0, 1, 2].map((before) => Buffer.from("x".repeat(before) + NAME).toString("base64").slice(before === 0 ? 0 : 4, 12)),
];

function assertNothingOf(text, where) {
  for (const disguise of DISGUISES) assert.ok(!text.includes(disguise), `${where}: ${disguise}`);
  assert.doesNotMatch(text, AMOUNT, where);
}

test("of thousands of requests no value, name or key is in KV, log, error or header", { timeout: 180_000 }, async (t) => {
  const kvService = await fakeKv(t);
  const key = newKey();
  const worker = await startWorker(t, { kvService, counters: true, bindings: { ...ring(key), CACHE_SECRET } });
  const ask = client(t, worker.url, 4);
  const { bearer } = key;
  const body = (i) =>
    `{"recency_days": 30, "frequency": 3, "mean_amount": ${amountOf(i)}, "total_amount": 106.5, "tenure_days": 200, "mean_quantity": 2, "name": "${nameOf(i)}"}`;
  const wrongToken = (i) => `wk_${key.id}_${key.token.slice(0, -4)}${i.toString(32).padStart(4, "a").replace(/[018-9w-z]/g, "b")}`;
  const encoded = (i) => encodeURIComponent(`${nameOf(i)} ${amountOf(i)}`);

  // Six in seven are good customers; the rest have planted things everywhere else.
  const kinds = [
    (i) => ask("/v1/segment", { headers: { ...bearer, "wedge-subject": nameOf(i) }, body: body(i) }),
    (i) => ask("/v1/segment", { headers: bearer, body: body(i) }),
    (i) => ask(`/v1/segment?name=${encoded(i)}`, { headers: { ...bearer, "x-customer": nameOf(i), cookie: `name=${nameOf(i)}` }, body: body(i) }),
    (i) => ask("/v1/segment?explain=true", { headers: { ...bearer, "user-agent": nameOf(i), referer: `https://shop.example/${encoded(i)}` }, body: body(i) }),
    (i) => ask("/v1/segments", { headers: bearer, body: `[${body(i)}]` }),
    (i) => ask("/v1/segment", { headers: { ...bearer, origin: `https://${nameOf(i).toLowerCase()}.example` }, body: body(i) }),
    (i) => bad[Math.floor(i / 7) % bad.length](i),
  ];
  const bad = [
    (i) => ask("/v1/segment", { headers: { authorization: `Bearer ${wrongToken(i)}` }, body: body(i) }),
    (i) => ask("/v1/segment", { headers: { authorization: `Bearer ${nameOf(i)}` }, body: body(i) }),
    (i) => ask("/v1/segment", { headers: bearer, body: `${body(i)} ${nameOf(i)}` }),
    (i) => ask("/v1/segment", { headers: bearer, body: body(i).replace("30", `"${nameOf(i)}"`) }),
    (i) => ask("/v1/segment", { headers: bearer, body: body(i).replace("30", `[${amountOf(i)}]`) }),
    (i) => ask(`/v1/segment?explain=${encoded(i)}`, { headers: bearer, body: body(i) }),
    (i) => ask(`/v1/${encoded(i)}`, { headers: bearer, body: body(i) }),
    (i) => ask(`/v1/customers/${encoded(i)}`, { method: "GET", headers: bearer }),
    (i) => ask(`/problems/${encoded(i)}`, { method: "GET" }),
    (i) => ask(`/v1/model?which=${encoded(i)}`, { method: "GET", headers: bearer }),
    (i) => ask("/v1/segment", { method: "GET", headers: { "wedge-signature": nameOf(i) } }),
    (i) => ask("/v1/segment", { headers: { ...bearer, "content-type": `application/${nameOf(i)}` }, body: body(i) }),
    (i) => ask("/v1/segments", { headers: bearer, body: `{"name": "${nameOf(i)}"}` }),
  ];
  // `make soak` sends ten thousand.
  const COUNT = Number(process.env.SOAK_REQUESTS ?? 3_000);
  const statuses = new Set();
  await all(COUNT, 8, async (i) => {
    const { status, headers, body: said } = await kinds[i % kinds.length](i);
    statuses.add(status);
    assertNothingOf(JSON.stringify(headers), `headers of a request of kind ${i % kinds.length}`);
    // A reply may say to the asker what the asker said; a refusal may not.
    if (status !== 200) assertNothingOf(said, `a refusal of kind ${i % kinds.length}`);
    assert.equal(i % kinds.length === 6, status !== 200, `kind ${i % kinds.length}: ${status}`);
  });
  assert.deepEqual([...statuses].sort(), [200, 400, 401, 404, 405, 415, 422]);

  await until(() => worker.logs.filter((line) => line.startsWith("{")).length >= COUNT, "a line of each request");
  const dump = [];
  for (const [name, value] of kvService.entries) {
    assert.match(name, /^[0-9a-f]{64}$/);
    dump.push(name, value.toString("latin1"));
  }
  assert.ok(kvService.entries.size > 300, `${kvService.entries.size} entries`);
  const kept = dump.join("\n");
  assertNothingOf(kept, "KV");
  // Nor a column's name, nor a word of any reply. Random bytes happen to be any three letters.
  for (const word of ["recency_days", "frequency", "mean_amount", "tenure_days", "segment", "prediction", "recommend", "customer"]) {
    assert.ok(!kept.includes(word), word);
  }
  const log = worker.logs.join("\n");
  assertNothingOf(log, "the log");
  for (const secret of [key.text, key.token, key.token.slice(0, 40), CACHE_SECRET]) assert.ok(!`${log}${kept}`.includes(secret));
  const members = ["request_id", "method", "route", "status", "key", "problem", "cache", "variant", "rows"];
  for (const line of worker.logs) {
    if (line.startsWith(COUNTED)) continue;
    for (const [name, value] of Object.entries(JSON.parse(line))) {
      assert.ok(members.includes(name), name);
      assert.ok(name === "request_id" || !/[^ -~]/.test(value), line);
    }
  }
  // Nothing has found its way into what was deployed.
  const files = readdirSync(join(ROOT, "edge/build"), { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  for (const file of files) assertNothingOf(readFileSync(join(file.parentPath ?? file.path, file.name), "latin1"), file.name);
});

test("whoever reads KV cannot tell who of a thousand possible customers has asked", { timeout: 60_000 }, async (t) => {
  const kvService = await fakeKv(t);
  const plans = ["1", "2", "gold", "silver"];
  const customers = Array.from({ length: 1000 }, (_, i) => ({
    visits: Math.floor(i / 24),
    newsletter: i % 2,
    size: Math.floor(i / 2) % 3,
    plan: Math.floor(i / 6) % 4,
  }));
  const asJson = ({ visits, newsletter, size, plan }) => ({ visits, newsletter: newsletter === 1, size: "SML"[size], plan: plans[plan] });
  // On a busy machine KV is late, and then left alone for a while: another isolate goes on.
  for (let round = 0; round < 6 && kvService.entries.size < 500; round += 1) {
    const worker = await startWorker(t, { model: MODELS.shop, kvService, bindings: { CACHE_SECRET } });
    const ask = client(t, worker.url, 2);
    await all(customers.length, 2, async (i) => {
      const at = (i + 250 * round) % customers.length;
      assert.equal((await ask("/v1/segment", { body: JSON.stringify(asJson(customers[at])) })).status, 200);
    });
    await sleep(300);
    await worker.stop();
  }
  assert.ok(kvService.entries.size >= 200, `${kvService.entries.size} entries`);

  // The bytes that a record is digested as: age and joined are missing.
  const level = (id) => Buffer.from([2, id, 0]);
  const canonical = ({ visits, newsletter, size, plan }) => {
    const number = Buffer.alloc(9, 1);
    number.writeDoubleLE(visits, 1);
    return Buffer.concat([Buffer.from([0, 0]), number, level(newsletter), level(size), level(plan)]);
  };
  const { model } = JSON.parse(cases("shop", "accept")[0].reply);
  const id = Buffer.from(model, "hex");
  const settings = Buffer.from([1, 0]);
  const keyWith = (secret, one) => mac(secret, "wedge reply key 1", settings, id, "", canonical(one)).toString("hex");

  // With the secret each is found, so what follows looks for what is there.
  const known = new Set(customers.map((one) => keyWith(CACHE_SECRET, one)));
  assert.equal(known.size, 1000);
  for (const key of kvService.entries.keys()) assert.ok(known.has(key));

  const hashes = [
    (bytes) => createHash("sha256").update(bytes).digest("hex"),
    (bytes) => createHash("sha512").update(bytes).digest("hex").slice(0, 64),
    (bytes) => createHash("sha3-256").update(bytes).digest("hex"),
    (bytes) => createHash("sha256").update(createHash("sha256").update(bytes).digest()).digest("hex"),
    ...["", id, model, "wedge reply key 1", "wedge"].map((key) => (bytes) => createHmac("sha256", key).update(bytes).digest("hex")),
  ];
  let tried = 0;
  for (const one of customers) {
    const [json, bytes] = [asJson(one), canonical(one)];
    const messages = [
      JSON.stringify(json), JSON.stringify(json, null, 1), JSON.stringify(Object.fromEntries(Object.entries(json).sort())),
      bytes, Buffer.concat([id, bytes]), Buffer.concat([bytes, id]), Buffer.concat([settings, id, bytes]), bytes.toString("hex"),
    ];
    const guesses = hashes.flatMap((hash) => messages.map((message) => hash(message)));
    guesses.push(...["", id, model, "wedge"].map((secret) => keyWith(secret, one)));
    tried += guesses.length;
    for (const guess of guesses) assert.ok(!kvService.entries.has(guess));
  }
  assert.ok(tried > 50_000);
});

test("tenants never share an entry; keys of one tenant do", async (t) => {
  const kvService = await fakeKv(t);
  const keys = {
    one: newKey("scopes=predict,explain,batch tenant=shop-a"),
    same: newKey("scopes=predict tenant=shop-a"),
    page: newKey("scopes=predict tenant=shop-a origins=https://a.example"),
    other: newKey("scopes=predict tenant=shop-b"),
    capital: newKey("scopes=predict tenant=Shop-a"),
    alone: newKey("scopes=predict"),
    alone2: newKey("scopes=predict"),
  };
  const worker = await startWorker(t, { kvService, bindings: { ...ring(...Object.values(keys)), CACHE_SECRET } });
  const ask = client(t, worker.url, 1);
  const found = {};
  for (const [name, { bearer }] of Object.entries(keys)) {
    const { headers, body } = await ask("/v1/segment", { headers: { ...bearer, origin: "https://a.example" }, body: PLAIN.text });
    assert.equal(body, PLAIN.answer);
    found[name] = headers["cache-status"];
  }
  const [miss, hit] = ["kv; fwd=miss", "memory; hit"];
  assert.deepEqual(found, { one: miss, same: hit, page: hit, other: miss, capital: miss, alone: miss, alone2: miss });
  await until(() => kvService.entries.size === 5, "five entries");
  // And what one tenant's entry holds is nothing under another's key.
  const values = [...kvService.entries.values()].map((value) => value.toString("hex"));
  assert.equal(new Set(values).size, 5);
});

test("rotating the secret erases what was kept", async (t) => {
  const kvService = await fakeKv(t);
  const round = async (secret) => {
    const worker = await startWorker(t, { kvService, bindings: { CACHE_SECRET: secret } });
    const ask = client(t, worker.url, 1);
    const before = kvService.entries.size;
    for (let i = 0; i < 20; i += 1) {
      const { headers } = await ask("/v1/segment", { body: PLAIN.text.replace("35.5", String(36 + i)) });
      assert.equal(headers["cache-status"], "kv; fwd=miss");
    }
    await until(() => kvService.entries.size === before + 20, "twenty new entries");
    await worker.stop();
  };
  await round(CACHE_SECRET);
  await round("the secret after that one");
});

test("who opts out leaves nothing in memory, KV or counters", async (t) => {
  const kvService = await fakeKv(t);
  const worker = await startWorker(t, { kvService, counters: true });
  const ask = client(t, worker.url, 1);
  for (const word of ["1", "true", "yes", "please", ""]) {
    for (const path of ["/v1/segment", "/v1/segment?explain=true"]) {
      const { status, headers, body } = await ask(path, { headers: { "wedge-opt-out": word, "wedge-subject": "7" }, body: PLAIN.text });
      assert.equal(status, 200);
      assert.equal(body, path.includes("explain") ? PLAIN.reply : PLAIN.answer);
      assert.equal(headers["cache-status"], "kv; fwd=bypass", JSON.stringify(word));
    }
  }
  await until(() => worker.logs.length >= 10, "ten lines");
  await sleep(200);
  assert.deepEqual(kvService.calls, []);
  assert.deepEqual(worker.logs.filter((line) => line.startsWith(COUNTED)), []);
  // Whoever does not is kept and counted.
  const { headers } = await ask("/v1/segment", { headers: { "wedge-opt-out": "0" }, body: PLAIN.text });
  assert.equal(headers["cache-status"], "kv; fwd=miss");
  await until(() => kvService.entries.size === 1 && worker.logs.some((line) => line.startsWith(COUNTED)), "an entry and a point");
});

test("a point counts one column's bin, another one each time, and no value", async (t) => {
  const worker = await startWorker(t, { model: MODELS.shop, counters: true });
  const ask = client(t, worker.url, 4);
  const { model } = JSON.parse(cases("shop", "accept")[0].reply);
  const COUNT = 600;
  await all(COUNT, 4, async () => {
    const body = `{"age": 33, "joined": "2023-12-24", "visits": 2, "newsletter": true, "size": "L", "plan": "${NAME}"}`;
    assert.equal((await ask("/v1/segment", { headers: { "wedge-subject": nameOf(1) }, body })).status, 200);
  });
  const found = () => worker.logs.filter((line) => line.startsWith(COUNTED));
  await until(() => found().length === COUNT, "a point of each");
  // From the model's own cuts: 33 is in [30, 50), 68 days in [0, 90), 2 in [0, 4), yes, L, and a word unknown.
  const bins = { age: "1", joined: "0", visits: "1", newsletter: "1", size: "2", plan: "3" };
  const counts = {};
  for (const line of found()) {
    assertNothingOf(line, "a point");
    const { indexes, doubles, blobs } = JSON.parse(line.slice(COUNTED.length));
    assert.deepEqual([indexes, doubles, blobs.length], [[model], [1], 8]);
    const [route, status, cache, variant, segment, column, bin, agrees] = blobs;
    assert.deepEqual([route, status, variant, agrees], ["/v1/segment", "200", "champion", ""]);
    assert.match(cache, /^(kv|memory)-(hit|miss)$/);
    assert.match(segment, /^[01]$/);
    assert.equal(bin, bins[column], column);
    counts[column] = (counts[column] ?? 0) + 1;
  }
  // Every column about as often: within 4.5 standard errors.
  for (const column of Object.keys(bins)) {
    assert.ok(Math.abs(counts[column] - COUNT / 6) < 4.5 * Math.sqrt((COUNT * 5) / 36), JSON.stringify(counts));
  }
});

test("a refusal counts for its status alone, and what a stranger does not at all", async (t) => {
  const key = newKey("scopes=predict,batch");
  const worker = await startWorker(t, { counters: true, bindings: ring(key) });
  const send = (path, headers, body) => worker.fetch(path, { method: "POST", headers: { ...JSON_TYPE, ...headers }, body });
  const points = () => worker.logs.filter((line) => line.startsWith(COUNTED)).map((line) => JSON.parse(line.slice(COUNTED.length)));
  assert.equal((await send("/v1/segment", {}, PLAIN.request)).status, 401);
  assert.equal((await send("/v1/nothing", key.bearer, "{}")).status, 404);
  assert.equal((await worker.fetch("/healthz")).status, 200);
  assert.equal((await send("/v1/segment?explain=true", key.bearer, PLAIN.request)).status, 403);
  assert.equal((await send("/v1/segment", key.bearer, "{}")).status, 422);
  assert.equal((await send("/v1/segments", key.bearer, `[${PLAIN.request}]`)).status, 200);
  await until(() => points().length === 3, "three points");
  const counted = points().map(({ blobs }) => blobs.join("|")).sort();
  assert.deepEqual(counted, ["/v1/segments|200||||||", "/v1/segment|403||||||", "/v1/segment|422||||||"].sort());
});
