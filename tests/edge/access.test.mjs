// Who may ask what: keys, scopes, signatures, rates. The keys are made here, not by the code that reads them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { JSON_TYPE, PLAIN, assertProblem } from "./asking.mjs";
import { KEY_SECRET, newKey, ring, signature } from "./keys.mjs";
import { startWorker } from "./support.mjs";

const PUBLIC = ["/v1/schema", "/openapi.json", "/healthz", "/version", "/problems/not-json"];

const ask = (worker, headers, { path = "/v1/segment", body = PLAIN.request, method = "POST" } = {}) =>
  worker.fetch(path, { method, headers: { ...JSON_TYPE, ...headers }, body });

const get = (worker, path, headers = {}) => worker.fetch(path, { headers });

/** All that a response says, but for its id and its time. */
async function everything(response) {
  const id = response.headers.get("x-request-id");
  const headers = [...response.headers].filter(([name]) => !["x-request-id", "date"].includes(name));
  return JSON.stringify([response.status, headers, (await response.text()).replace(id, "ID")]);
}

test("whoever has no key in force gets the same answer, whatever they have, before anything is read", async (t) => {
  const [key, other, revoked] = [newKey(), newKey("scopes=predict"), newKey()];
  const elsewhere = newKey(undefined, "the pepper of another deployment");
  const worker = await startWorker(t, { bindings: ring(key, other) });
  assert.equal((await ask(worker, key.bearer)).status, 200);

  const flipped = (text) => text.slice(0, -1) + (text.endsWith("a") ? "b" : "a");
  const bearer = (text) => ({ authorization: `Bearer ${text}` });
  const kinds = {
    "no header": {},
    "an empty header": { authorization: "" },
    "only a scheme": { authorization: "Bearer" },
    "another scheme": { authorization: `Basic ${key.text}` },
    "a scheme that begins alike": { authorization: `Bearerer ${key.text}` },
    "no scheme": { authorization: key.text },
    "a key without its prefix": bearer(`${key.id}_${key.token}`),
    "another prefix": bearer(key.text.replace("wk_", "ws_")),
    "only an id": bearer(`wk_${key.id}`),
    "an id and nothing": bearer(`wk_${key.id}_`),
    "a short secret": bearer(key.text.slice(0, -1)),
    "a long secret": bearer(`${key.text}a`),
    "a secret in capitals": bearer(`wk_${key.id}_${key.token.toUpperCase()}`),
    "a wrong last letter": bearer(flipped(key.text)),
    "another key's secret": bearer(`wk_${key.id}_${other.token}`),
    "another key's id": bearer(`wk_${other.id}_${key.token}`),
    "the digest for a secret": bearer(`wk_${key.id}_${key.line.split(" ")[1].slice(0, 52)}`),
    "an unknown key": bearer(newKey().text),
    "a revoked key": bearer(revoked.text),
    "another deployment's key": bearer(elsewhere.text),
    "a key and more": bearer(`${key.text} ${key.text}`),
    "two keys": { authorization: `Bearer ${other.text}, Bearer ${key.text}` },
    "a signing key": bearer(key.signing),
    "the key in another header": { "x-api-key": key.text },
    "ten thousand letters": bearer(`wk_${"a".repeat(10_000)}`),
  };
  const [first, ...others] = Object.entries(kinds);
  const refused = await ask(worker, first[1]);
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get("www-authenticate"), "Bearer");
  const known = await everything(refused);
  assert.match(known, /\/problems\/unauthorized/);
  for (const [name, headers] of others) assert.equal(await everything(await ask(worker, headers)), known, name);

  // Nothing of the request is looked at before: neither query, type, size nor body, on any path that needs a key.
  const requests = {
    "no JSON": { body: "{oops" },
    "no text": { body: Buffer.from([0xff]) },
    "a bad query": { path: "/v1/segment?explain=maybe" },
    "a long body": { body: "x".repeat(100_000) },
    batch: { path: "/v1/segments", body: "{oops" },
    "a key in the query": { path: `/v1/segment?key=${key.text}` },
  };
  for (const [name, request] of Object.entries(requests)) {
    assert.equal(await everything(await ask(worker, {}, request)), known, name);
  }
  assert.equal(await everything(await ask(worker, { "content-type": "text/plain" })), known);
  for (const path of ["/v1/model", "/v1/model?which=challenger", "/v1/customers/anybody", "/v1/customers/%FF"]) {
    assert.equal(await everything(await get(worker, path)), known, path);
  }
  // But paths and methods are no secret, and neither is what is public.
  await assertProblem(await get(worker, "/v1/nothing"), 404, "not-found");
  await assertProblem(await get(worker, "/v1/segment"), 405, "method-not-allowed");
  for (const path of PUBLIC) assert.equal((await get(worker, path)).status, 200, path);
  // A scheme's name is in any letters (RFC 9110, 11.1).
  assert.equal((await ask(worker, { authorization: `bEARER  ${key.text}` })).status, 200);
});

test("a key may ask what its scopes say", async (t) => {
  const keys = Object.fromEntries(
    ["predict", "explain", "batch", "predict,explain", "explain,batch", "batch,explain,predict"].map((scopes) => [
      scopes,
      newKey(`scopes=${scopes}`),
    ]),
  );
  const worker = await startWorker(t, {
    bindings: ring(...Object.values(keys)),
    options: { kvNamespaces: { CACHE: "cache", CUSTOMERS: "customers" } },
  });
  const asked = {
    "predict": (headers) => ask(worker, headers),
    "predict,explain": (headers) => ask(worker, headers, { path: "/v1/segment?explain=true" }),
    "batch": (headers) => ask(worker, headers, { path: "/v1/segments", body: "[]" }),
    "batch,explain": (headers) => ask(worker, headers, { path: "/v1/segments?explain=true", body: "[]" }),
  };
  for (const [scopes, { bearer }] of Object.entries(keys)) {
    const has = scopes.split(",");
    for (const [needed, request] of Object.entries(asked)) {
      const response = await request(bearer);
      const lacking = needed.split(",").find((scope) => !has.includes(scope));
      const name = `${scopes} for ${needed}`;
      if (lacking === undefined) {
        assert.equal(response.status, 200, name);
        continue;
      }
      assert.equal(response.status, 403, name);
      const problem = await response.json();
      assert.equal(problem.type, "/problems/missing-scope", name);
      assert.match(problem.detail, new RegExp(`\`${lacking}\``), name);
    }
    await assertProblem(
      await get(worker, "/v1/customers/anybody", bearer),
      ...(has.includes("batch") ? [404, "unknown-customer"] : [403, "missing-scope"]),
      scopes,
    );
    // The card is for any key.
    assert.equal((await get(worker, "/v1/model", bearer)).status, 200, scopes);
  }
  // Before the body, and before its type.
  await assertProblem(await ask(worker, keys.batch.bearer, { body: "{oops" }), 403, "missing-scope");
  await assertProblem(await ask(worker, { ...keys.batch.bearer, "content-type": "text/plain" }), 403, "missing-scope");
});

test("keys rotate without an outage", async (t) => {
  const [before, after] = [newKey("scopes=predict tenant=shop"), newKey("scopes=predict tenant=shop")];
  const statuses = async (...keys) => {
    const worker = await startWorker(t, { bindings: ring(...keys) });
    const all = [];
    for (const key of [before, after]) all.push((await ask(worker, key.bearer)).status);
    await worker.stop();
    return all;
  };
  assert.deepEqual(await statuses(before), [200, 401]);
  assert.deepEqual(await statuses(before, after), [200, 200]);
  assert.deepEqual(await statuses(after), [401, 200]);
});

test("a key that demands it is answered to signed requests only", async (t) => {
  const key = newKey("scopes=predict,explain,batch signed");
  const [other, free] = [newKey("scopes=predict signed"), newKey("scopes=predict")];
  const worker = await startWorker(t, { bindings: ring(key, other, free) });
  const now = Math.floor(Date.now() / 1000);
  const body = PLAIN.request;
  const sign = (changes = {}) => {
    const { by = key, method = "POST", path = "/v1/segment", body: signed = body, expires = now + 300 } = changes;
    return signature(by, method, path, signed, expires);
  };
  const send = (value, request) => ask(worker, { ...key.bearer, ...(value === undefined ? {} : { "wedge-signature": value }) }, request);

  const answered = await send(sign());
  assert.equal(answered.status, 200);
  assert.equal(await answered.text(), PLAIN.answer);
  assert.equal((await send(sign({ expires: now + 3590 }))).status, 200);
  assert.equal((await send(sign({ path: "/v1/segment?explain=true" }), { path: "/v1/segment?explain=true" })).status, 200);
  assert.equal((await send(sign({ path: "/v1/segments", body: "[]" }), { path: "/v1/segments", body: "[]" })).status, 200);
  assert.equal((await ask(worker, free.bearer)).status, 200);

  const good = sign();
  const details = {};
  for (const [name, value] of Object.entries({
    "none": undefined,
    "an empty one": "",
    "a word": "signed",
    "only a digest": good.split("v1=")[1],
    "no expiry": good.replace(/expires=\d+, /, ""),
    "no digest": good.split(",")[0],
    "another order": good.replace(/(expires=\d+), (v1=\w+)/, "$2, $1"),
    "capitals": good.replace(/v1=(\w+)/, (_, hex) => `v1=${hex.toUpperCase()}A`),
    "a short digest": good.slice(0, -2),
    "a long digest": `${good}00`,
    "a signed expiry": good.replace("expires=", "expires=+"),
    "an expiry with a point": good.replace(/expires=(\d+)/, "expires=$1.5"),
    "an expiry too large for a number": good.replace(/expires=\d+/, "expires=99999999999999999999999"),
    "expired": sign({ expires: now - 5 }),
    "expired long ago": sign({ expires: 1 }),
    "too far ahead": sign({ expires: now + 3700 }),
    "another body": sign({ body: `${PLAIN.text} ` }),
    "an empty body": sign({ body: "" }),
    "another path": sign({ path: "/v1/segments" }),
    "another query": sign({ path: "/v1/segment?explain=true" }),
    "another method": sign({ method: "PUT" }),
    "another key": sign({ by: other }),
    "a later expiry than was signed": good.replace(/expires=\d+/, `expires=${now + 600}`),
    "zeros": good.replace(/v1=\w+/, `v1=${"0".repeat(64)}`),
    "two of them": `${good}, ${good}`,
  })) {
    const response = await send(value);
    assert.equal(response.status, 403, name);
    const { type, detail } = await response.json();
    assert.equal(type, "/problems/bad-signature", name);
    details[name] = detail.split(".")[0];
  }
  assert.equal(details.none, "There is none");
  assert.match(details.expired, /^It has expired: sign again/);

  // Whoever carries a signed request may not say that it is of another customer: that decides arm and holdout.
  const carried = (subject, value) =>
    ask(worker, { ...key.bearer, "wedge-signature": value, ...(subject === undefined ? {} : { "wedge-subject": subject }) });
  const ofSeven = signature(key, "POST", "/v1/segment", body, now + 300, "c 7");
  assert.equal((await carried(" c 7 ", ofSeven)).status, 200);
  for (const subject of [undefined, "", "c 8", "C 7"]) {
    await assertProblem(await carried(subject, ofSeven), 403, "bad-signature");
  }
  assert.equal((await carried("  ", good)).status, 200, "a blank subject is none");
  await assertProblem(await carried("c 7", good), 403, "bad-signature");
  assert.match(details["too far ahead"], /^It would be good for too long/);
  assert.equal(details["another body"], details["another key"]);
  assert.equal(details["a word"], details["a short digest"]);

  // What has no body is signed as if it had an empty one.
  const read = async (path, method, value) =>
    (await worker.fetch(path, { method, headers: { ...key.bearer, ...(value === undefined ? {} : { "wedge-signature": value }) } })).status;
  for (const [path, status] of [["/v1/model", 200], ["/v1/customers/c-1", 404]]) {
    for (const method of ["GET", "HEAD"]) {
      assert.equal(await read(path, method), 403, `${method} ${path}`);
      assert.equal(await read(path, method, sign({ method, path, body: "" })), status, `${method} ${path}`);
      assert.equal(await read(path, method, sign({ method, path: "/v1/customers/c-2", body: "" })), 403, `${method} ${path}`);
    }
  }
  assert.equal(await read("/v1/schema", "GET"), 200, "what is public needs none");

  // Size and type come first, JSON after; the query is what was sent.
  await assertProblem(await send(undefined, { body: "{oops" }), 403, "bad-signature");
  await assertProblem(await send(sign({ body: "{oops" }), { body: "{oops" }), 400, "not-json");
  await assertProblem(await send(good, { body: " ".repeat(20_000) }), 413, "too-large");
  await assertProblem(await send(good, { path: "/v1/segment?explain=true" }), 403, "bad-signature");
  await assertProblem(await send(good, { path: "/v1/segment?x=1" }), 403, "bad-signature");
});

test("without keys nobody is answered, and health says what is missing", async (t) => {
  const key = newKey();
  const secret = "x".repeat(40);
  for (const [name, bindings, said] of [
    ["nothing", { AUTH: "" }, /API_KEYS and KEY_SECRET/],
    ["no keys", { AUTH: "", KEY_SECRET: secret }, /API_KEYS/],
    ["no pepper", { AUTH: "on", API_KEYS: key.line }, /KEY_SECRET/],
    ["a short pepper", { AUTH: "", API_KEYS: key.line, KEY_SECRET: "fifteen letters" }, /KEY_SECRET: set it to 16 bytes/],
    ["an unknown word", { AUTH: "none", API_KEYS: key.line, KEY_SECRET }, /AUTH: set it to off or on/],
  ]) {
    const worker = await startWorker(t, { bindings });
    for (const headers of [{}, key.bearer]) {
      await assertProblem(await ask(worker, headers), 503, "not-configured", name);
      await assertProblem(await ask(worker, headers, { path: "/v1/segments", body: "{oops" }), 503, "not-configured", name);
      await assertProblem(await get(worker, "/v1/model", headers), 503, "not-configured", name);
      await assertProblem(await get(worker, "/v1/customers/x", headers), 503, "not-configured", name);
    }
    for (const path of PUBLIC.filter((path) => path !== "/healthz")) assert.equal((await get(worker, path)).status, 200, path);
    const health = await get(worker, "/healthz");
    assert.equal(health.status, 503, name);
    const { status, auth, problems } = await health.json();
    assert.deepEqual([status, auth], ["unusable", name === "an unknown word" ? "on" : "not configured"], name);
    assert.match(problems.join("\n"), said, name);
    await worker.stop();
  }
});

test("a line that cannot be read is told by its number, never by its text", async (t) => {
  const good = newKey();
  const bad = [
    "planted1234 no digest at all",
    good.line,
    good.line.replace("scopes=predict,explain,batch", "scopes=planted"),
    good.line.replace(/scopes=.*/, "tenant=planted"),
    `${good.line} origins=https://planted.example`,
    good.line.replace(/scopes=.*/, "scopes=predict origins=http://planted.example"),
    `${good.line} planted=yes`,
    `${good.line} tenant=planted/../planted`,
    good.line.toUpperCase(),
  ];
  for (const line of bad) {
    const text = `# the shop's keys\n\n${good.line} # in force\n${line}\n`;
    const worker = await startWorker(t, { bindings: { AUTH: "", KEY_SECRET, API_KEYS: text } });
    const health = await get(worker, "/healthz");
    assert.equal(health.status, 503, line);
    const body = await health.text();
    assert.match(body, /API_KEYS: line 4: /);
    for (const word of line.split(/[ =]/)) {
      if (/planted/i.test(word) || word.length >= 10) assert.ok(!body.includes(word), `${word} in ${body}`);
    }
    await assertProblem(await ask(worker, good.bearer), 503, "not-configured", line);
    await worker.stop();
  }
});

test("a key that asks too often waits, and no other does", async (t) => {
  const [key, other] = [newKey(), newKey()];
  for (const [period, setting] of [[10, { RATE_LIMIT_PERIOD: "10" }], [60, {}]]) {
    const worker = await startWorker(t, {
      bindings: { ...ring(key, other), ...setting },
      options: { ratelimits: { RATE_LIMIT: { simple: { limit: 5, period } } } },
    });
    // Who has no key, or asks what is public, does not count.
    for (let i = 0; i < 8; i += 1) {
      assert.equal((await ask(worker, {})).status, 401);
      assert.equal((await ask(worker, { authorization: `Bearer wk_${key.id}_${other.token}` })).status, 401);
      assert.equal((await get(worker, "/v1/schema", key.bearer)).status, 200);
    }
    // Whatever is asked counts, a refusal too.
    const asks = [() => ask(worker, key.bearer), () => ask(worker, key.bearer, { body: "{oops" }), () => get(worker, "/v1/model", key.bearer),
      () => ask(worker, key.bearer, { path: "/v1/segments", body: "[]" }), () => ask(worker, key.bearer)];
    for (const [i, status] of [200, 400, 200, 200, 200].entries()) assert.equal((await asks[i]()).status, status, `request ${i}`);
    for (const again of asks) {
      const response = await again();
      assert.equal(response.headers.get("retry-after"), String(period));
      await assertProblem(response, 429, "too-many-requests");
    }
    for (let i = 0; i < 5; i += 1) assert.equal((await ask(worker, other.bearer)).status, 200, "another key is not concerned");
    assert.equal((await ask(worker, other.bearer)).status, 429);
    await worker.stop();
  }
});
