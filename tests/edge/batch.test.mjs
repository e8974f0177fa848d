// Many customers at once, and those of last night by id.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { PLAIN, ask, cacheOf, named } from "./asking.mjs";
import { MODELS, cases } from "./golden.mjs";
import { customerKey, sealed } from "./keys.mjs";
import { fakeKv, startWorker } from "./support.mjs";

const NDJSON_TYPE = { "content-type": "application/x-ndjson" };
const CACHE_SECRET = "a secret of these tests";

test("a batch answers each row or says what is wrong with it, in order, and never touches KV", async (t) => {
  const kvService = await fakeKv(t);
  const worker = await startWorker(t, { model: MODELS.shop, kvService });
  const good = cases("shop", "accept");
  const bad = cases("shop", "reject").filter(({ text, reply }) => text !== undefined && !text.includes("\n") && reply.status === 422);
  assert.ok(good.length >= 10 && bad.length >= 5, `${good.length} ${bad.length}`);
  const rows = good.flatMap((golden, i) => [golden, bad[i % bad.length]]);

  for (const [path, member] of [["/v1/segments", "answer"], ["/v1/segments?explain=true", "reply"]]) {
    const check = (found) => {
      assert.equal(found.length, rows.length);
      for (const [i, golden] of rows.entries()) {
        if (golden.answer) {
          assert.deepEqual(found[i].reply, JSON.parse(golden[member]), golden.name);
          assert.equal(found[i].problem, undefined);
        } else {
          assert.deepEqual(found[i], { problem: golden.reply.problem }, golden.name);
        }
      }
    };
    const array = await ask(worker, `[${rows.map(({ text }) => text).join(",\n")}]`, { path });
    assert.equal(array.status, 200);
    assert.equal(array.headers.get("content-type"), "application/json");
    assert.equal(cacheOf(array), null);
    const text = await array.text();
    check(JSON.parse(text));
    // A reply in a batch is to the byte the one that is given alone.
    assert.ok(text.startsWith(`[{"reply":${rows[0][member]}`));
    for (const type of ["application/x-ndjson", "application/ndjson; charset=utf-8", "Application/JSONL"]) {
      const headers = { "content-type": type };
      const lines = await ask(worker, rows.map(({ text: row }) => `${row.replaceAll("\n", " ")}\r\n`).join("\n"), { path, headers });
      assert.equal(lines.headers.get("content-type"), "application/x-ndjson");
      const said = await lines.text();
      assert.ok(said.endsWith("}\n"));
      check(said.trimEnd().split("\n").map((line) => JSON.parse(line)));
    }
  }

  // What a row lacks and what is not known of it is said in the row.
  const { text: lacking } = named("shop", "missing-by-absence");
  const { text: unseen } = named("shop", "a-word-never-seen");
  const told = await (await ask(worker, `[${lacking},${unseen.replace("{", '{"id": 7, ')}]`, { path: "/v1/segments" })).json();
  assert.deepEqual(told.map(({ reply: _, ...rest }) => rest), [{ imputed: ["age", "joined"] }, { ignored: ["id"], other: ["plan"] }]);

  // A line that is no customer is that line's own matter, with positions in it.
  const wrong = ['{"visits": oops}', "[1]", "7", '{"visits":1,"visits":2}', "[".repeat(17), lacking].join("\n");
  const lines = await ask(worker, wrong, { path: "/v1/segments", headers: NDJSON_TYPE });
  const found = (await lines.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
  const slugs = found.map(({ problem }) => problem?.type.replace("/problems/", ""));
  assert.deepEqual(slugs, ["not-json", "not-an-object", "not-an-object", "duplicate-field", "too-deep", undefined]);
  assert.match(found[0].problem.detail, /line 1, byte 12\b/);

  assert.equal(await (await ask(worker, "[]", { path: "/v1/segments" })).text(), "[]");
  assert.equal(await (await ask(worker, "\n\n", { path: "/v1/segments", headers: NDJSON_TYPE })).text(), "");
  await sleep(200);
  assert.deepEqual(kvService.calls, []);
});

test("a batch has as many rows as were set, and a mebibyte", async (t) => {
  const count = async (worker, rows) => {
    const response = await ask(worker, `[${Array(rows).fill(PLAIN.text).join(",")}]`, { path: "/v1/segments" });
    return response.status === 200 ? (await response.json()).length : (await response.json()).type;
  };
  const worker = await startWorker(t);
  assert.equal(await count(worker, 1000), 1000);
  assert.equal(await count(worker, 1001), "/problems/too-many-rows");
  // Exactly a mebibyte is read.
  const body = `[${PLAIN.text}]`;
  const whole = await ask(worker, body + " ".repeat((1 << 20) - body.length), { path: "/v1/segments" });
  assert.equal((await whole.json()).length, 1);
  // A row is as large as a customer may be alone.
  const wide = `{"x": "${"y".repeat(16 * 1024)}"}`;
  const [row] = await (await ask(worker, `[${wide}]`, { path: "/v1/segments" })).json();
  assert.equal(row.problem.type, "/problems/too-large");
  await worker.stop();
  const small = await startWorker(t, { bindings: { BATCH_ROWS: "3" } });
  assert.equal(await count(small, 3), 3);
  assert.equal(await count(small, 4), "/problems/too-many-rows");
});

test("a customer of last night is answered by id, or who asks is told what to do instead", async (t) => {
  const options = { kvNamespaces: { CACHE: "cache", CUSTOMERS: "customers" } };
  const worker = await startWorker(t, { bindings: { CACHE_SECRET }, options });
  const kv = await worker.kv("CUSTOMERS");
  const store = async (id, key, secret = CACHE_SECRET) => kv.put(customerKey(CACHE_SECRET, "", id), Uint8Array.from(sealed(secret, key, PLAIN.answer)));
  const ids = { "c-1": "c-1", "Größe 7": "Gr%C3%B6%C3%9Fe%207", "a/b": "a%2Fb", "100%": "100%25" };
  for (const id of Object.keys(ids)) await store(id, customerKey(CACHE_SECRET, "", id));
  // Another's answer under this one's key, and one that another deployment sealed.
  await store("swapped", customerKey(CACHE_SECRET, "", "c-1"));
  await store("foreign", customerKey(CACHE_SECRET, "", "foreign"), "the secret of somebody else");
  await kv.put("c-1", PLAIN.answer);

  for (const [id, encoded] of Object.entries(ids)) {
    const response = await worker.fetch(`/v1/customers/${encoded}`);
    assert.equal(response.status, 200, id);
    assert.equal(await response.text(), PLAIN.answer);
    assert.equal(response.headers.get("content-type"), "application/json");
    assert.equal(response.headers.get("cache-control"), "no-store");
    const head = await worker.fetch(`/v1/customers/${encoded}`, { method: "HEAD" });
    assert.deepEqual([head.status, await head.text()], [200, ""]);
  }
  assert.equal((await worker.fetch("/v1/customers/%20c-1%20")).status, 200, "blanks around an id are no part of it");
  for (const id of ["c-2", "swapped", "foreign", "C-1", "c-1%00"]) {
    const response = await worker.fetch(`/v1/customers/${id}`);
    assert.equal(response.status, 404, id);
    const { type, detail } = await response.json();
    assert.equal(type, "/problems/unknown-customer");
    assert.match(detail, /POST .*\/v1\/segment/);
  }
});
