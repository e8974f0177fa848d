// Bad requests, as they stand in tests/data/requests/, sent as they are: what each is answered, exactly.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { request as send } from "node:http";
import { join } from "node:path";
import { test } from "node:test";

import { MODELS } from "./golden.mjs";
import { ROOT, startWorker } from "./support.mjs";

const FOLDER = join(ROOT, "tests/data/requests");
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

/** `{ status, headers, body }` of a case, in Node's plainest client, which changes nothing. */
function ask(url, { method, path, headers, body = "", bytes, pad = 0, chunked }) {
  const sent = Buffer.concat([bytes === undefined ? Buffer.from(body) : Buffer.from(bytes, "hex"), Buffer.alloc(pad, " ")]);
  const { hostname, port } = new URL(url);
  const length = method === "POST" && !chunked ? { "content-length": sent.length } : {};
  return new Promise((resolve, reject) => {
    const request = send({ hostname, port, method, path, headers: { ...headers, ...length } });
    request.on("error", reject);
    request.on("response", async (response) => {
      const chunks = await response.toArray();
      resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString("utf8") });
    });
    if (method === "GET" || method === "HEAD") return request.end();
    // Written in halves, it has no stated length.
    if (chunked) request.write(sent.subarray(0, sent.length / 2));
    request.end(chunked ? sent.subarray(sent.length / 2) : sent);
  });
}

// What no answer may say: values of the request, words of Rust or JavaScript, paths of a machine.
const VALUES = /planted|271828/i;
const INSIDES =
  /panick|unwrap|RuntimeError|TypeError|wasm|\.rs\b|\.m?js\b|\b(Some|Ok|Err|None)\b|::|serde|index out|expected value|at line \d+ column|\/(home|work|tmp|root|usr|src|etc)\//;

const MEMBERS = ["type", "title", "status", "detail", "request_id", "errors"];

function check(one, { status, headers, body }) {
  assert.equal(status, one.status);
  const id = headers["x-request-id"];
  assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.equal(headers["content-type"], "application/problem+json");
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(headers["cache-status"], undefined, "nothing refused is looked up");
  for (const [name, value] of Object.entries(one.headers_out ?? {})) assert.equal(headers[name], value, name);
  const said = [...Object.entries(headers).flat(2), body].join("\n").replaceAll(id, "");
  assert.doesNotMatch(said, VALUES);
  assert.doesNotMatch(said, INSIDES);
  if (one.method === "HEAD") return assert.equal(body, "");

  const problem = JSON.parse(body);
  assert.equal(problem.type, `/problems/${one.type}`);
  assert.equal(problem.status, one.status);
  assert.equal(problem.request_id, id);
  assert.deepEqual(Object.keys(problem), MEMBERS.filter((name) => name !== "errors" || one.errors !== undefined));
  if (one.errors !== undefined) {
    assert.deepEqual(problem.errors.map(({ pointer, code }) => [pointer, code]), one.errors);
    for (const error of problem.errors) assert.deepEqual(Object.keys(error), ["pointer", "code", "expected"]);
  }
  if (one.at !== undefined) {
    const [, line, byte] = problem.detail.match(/line (\d+), byte (\d+)/i) ?? [];
    assert.deepEqual([Number(line), Number(byte)], one.at, problem.detail);
  }
}

test("bad requests get their problems, which say where and what and repeat nothing", async (t) => {
  const workers = {};
  for (const model of Object.keys(MODELS)) {
    const options = { kvNamespaces: { CACHE: "cache", CUSTOMERS: "customers" } };
    workers[model] = await startWorker(t, { model: MODELS[model], options });
  }
  let count = 0;
  for (const file of FILES) {
    await t.test(file, async () => {
      const faults = [];
      for (const one of JSON.parse(readFileSync(join(FOLDER, file), "utf8"))) {
        count += 1;
        const answer = await ask(workers[one.model].url, one);
        try {
          check(one, answer);
        } catch (error) {
          faults.push(`${one.name}: ${error.message}\n${answer.body.slice(0, 600)}`);
        }
      }
      assert.ok(faults.length === 0, `${faults.length} faults\n\n${faults.join("\n\n")}`);
    });
  }
  assert.ok(count >= 250, `${count} requests`);
  for (const worker of Object.values(workers)) {
    assert.deepEqual((await (await worker.kv()).list()).keys, [], "nothing refused is kept");
    assert.equal((await worker.fetch("/healthz")).status, 200);
    assert.ok(worker.logs.length > 5, "one line a request");
    for (const line of worker.logs) assert.doesNotMatch(line.replace(/"request_id":"[^"]*"/, ""), VALUES);
  }
});

test("a body that is not JSON is refused with 400, whatever class of wrong it is of", () => {
  for (const file of ["malformed", "bytes", "top-level", "duplicates", "depth"]) {
    const cases = JSON.parse(readFileSync(join(FOLDER, `${file}.json`), "utf8"));
    // A few stand beside them to show where the classes end: well-formed, and no customer.
    const others = cases.filter(({ status, type }) => status !== 400 && type !== "invalid-customer");
    assert.deepEqual(others, [], file);
  }
});
