// From which pages a browser's key may be used, and what a page can read of an answer.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";

import { PLAIN, ask as askWith, assertProblem } from "./asking.mjs";
import { newKey, ring } from "./keys.mjs";
import { openPage, startWorker } from "./support.mjs";

const ask = (worker, headers, { path, body = PLAIN.request } = {}) => askWith(worker, body, { path, headers });

const SHOP = "https://shop.example";
const SECOND = "https://www.shop.example:8443";

test("a browser's key is good for its origins, which are compared whole and never reflected", async (t) => {
  const page = newKey(`scopes=predict origins=${SHOP},${SECOND}`);
  const foreign = newKey("scopes=predict origins=https://other.example");
  const server = newKey();
  const worker = await startWorker(t, { bindings: ring(page, foreign, server) });
  const allowed = (response) => response.headers.get("access-control-allow-origin");

  for (const origin of [SHOP, SECOND]) {
    const response = await ask(worker, { ...page.bearer, origin });
    assert.equal(response.status, 200);
    assert.equal(allowed(response), origin);
    assert.equal(response.headers.get("vary"), "Origin");
    assert.equal(response.headers.get("access-control-allow-credentials"), null);
    const exposed = response.headers.get("access-control-expose-headers").split(", ");
    for (const name of ["Cache-Status", "Retry-After", "Wedge-Imputed", "X-Request-Id"]) assert.ok(exposed.includes(name));
  }
  const others = ["https://shop.example.", "https://Shop.example", "HTTPS://shop.example", "https://shop.example:443", "http://shop.example",
    "https://user@shop.example", "https://user:pw@shop.example", "https://shop.example/", "https://shop.example.evil.example",
    "https://evilshop.example", "https://www.shop.example", "https://www.shop.example:8444", "https://evil.example/https://shop.example",
    "https://shop.example https://shop.example", `${SHOP},${SECOND}`, "https://*", "*", "null", "shop.example", "https://", "file://",
    "https://shop.example%00", "https://shop.example?x", "https://shop.example#x", "https://xn--shp-tna.example", ""];
  for (const origin of others) {
    const response = await ask(worker, { ...page.bearer, origin });
    assert.equal(response.headers.get("vary"), "Origin", origin);
    assert.equal(allowed(response), null, origin);
    await assertProblem(response, 403, "forbidden-origin", origin);
  }
  const none = await ask(worker, page.bearer);
  assert.equal(allowed(none), null);
  assert.equal(none.headers.get("vary"), "Origin");
  await assertProblem(none, 403, "forbidden-origin");
  // One key's page may read that another's key is not for it, and no more.
  await assertProblem(await ask(worker, { ...page.bearer, origin: "https://other.example" }), 403, "forbidden-origin");
  // It may predict, and nothing else.
  const [origin, explain] = [SHOP, { path: "/v1/segment?explain=true" }];
  await assertProblem(await ask(worker, { ...page.bearer, origin }, explain), 403, "missing-scope");
  await assertProblem(await ask(worker, { ...page.bearer, origin }, { path: "/v1/segments", body: "[]" }), 403, "missing-scope");
  // A page of an allowed origin can read why it was refused.
  const refused = await ask(worker, { origin: SHOP });
  assert.equal(allowed(refused), SHOP);
  await assertProblem(refused, 401, "unauthorized");
  // A server's key needs no origin, and a foreign page may not read what it is answered.
  const served = await ask(worker, { ...server.bearer, origin: "https://evil.example" });
  assert.equal(served.status, 200);
  assert.equal(allowed(served), null);
  assert.equal(served.headers.get("vary"), "Origin");

  // Preflights, which carry no key.
  const preflight = (origin) =>
    worker.fetch("/v1/segment", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type" },
    });
  const good = await preflight(SHOP);
  assert.equal(good.status, 204);
  assert.equal(allowed(good), SHOP);
  assert.equal(good.headers.get("vary"), "Origin");
  assert.equal(good.headers.get("allow"), "POST, OPTIONS");
  assert.match(good.headers.get("access-control-allow-methods"), /\bPOST\b/);
  for (const name of ["authorization", "content-type", "wedge-subject", "wedge-signature", "wedge-opt-out"]) {
    assert.match(good.headers.get("access-control-allow-headers").toLowerCase(), new RegExp(`(^|, )${name}(,|$)`));
  }
  for (const origin of ["https://evil.example", "null", "https://shop.example."]) {
    const foreign = await preflight(origin);
    assert.equal(foreign.status, 204);
    assert.equal(allowed(foreign), null, origin);
    assert.equal(foreign.headers.get("vary"), "Origin");
  }
});

test("a page of the key's origin reads the answer in a browser, and another one cannot", { timeout: 60_000 }, async (t) => {
  const pageOf = async () => {
    const server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<title>a shop</title>"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => server.close());
    t.after(() => server.closeAllConnections());
    return `http://127.0.0.1:${server.address().port}`;
  };
  const [shop, stranger] = [await pageOf(), await pageOf()];
  const key = newKey(`scopes=predict origins=${shop}`);
  const worker = await startWorker(t, { bindings: ring(key) });
  const inPage = async ([url, text, body]) => {
    const headers = { authorization: `Bearer ${text}`, "content-type": "application/json", "wedge-subject": "7" };
    try {
      const response = await fetch(`${url}/v1/segment`, { method: "POST", headers, body });
      return { body: await response.text(), id: response.headers.get("x-request-id"), cache: response.headers.get("cache-status") };
    } catch (error) {
      return { error: error.name };
    }
  };
  const page = await openPage(t, shop);
  const read = await page.evaluate(inPage, [worker.url, key.text, PLAIN.text]);
  assert.equal(read.body, PLAIN.answer);
  assert.match(read.id, /^[0-9a-f-]{36}$/, "the header is exposed");
  assert.equal(read.cache, "kv; fwd=miss");
  await page.goto(stranger);
  assert.deepEqual(await page.evaluate(inPage, [worker.url, key.text, PLAIN.text]), { error: "TypeError" });
});
