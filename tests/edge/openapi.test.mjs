// The description of the service: that it is one, and that what the Worker answers stands in it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { newKey, ring } from "./keys.mjs";
import { MODELS, ROOT, startWorker, temporaryFolder } from "./support.mjs";

const ALL = newKey();
const PREDICT = newKey("scopes=predict");
const PAGE = newKey("scopes=predict origins=https://shop.example");
const SIGNED = newKey("scopes=predict,batch signed");
const KEYS = ring(ALL, PREDICT, PAGE, SIGNED);
const STORES = { kvNamespaces: { CACHE: "cache", CUSTOMERS: "customers" } };
const METHODS = ["get", "head", "post", "options"];

const described = async (worker) => (await worker.fetch("/openapi.json")).json();

/** Follows a reference of the document. */
function resolved(document, part) {
  if (!part.$ref) return part;
  return part.$ref.slice(2).split("/").reduce((found, name) => found[name], document);
}

/** Every operation of the document, with its path and method. */
const operations = (document) =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ path, method, ...item[method] })),
  );

/** The template that describes a path. */
function templateOf(document, path) {
  const [plain] = path.split("?");
  const fits = (template) => new RegExp(`^${template.replace(/\{\w+\}/, "[^/]+")}$`).test(plain);
  return Object.keys(document.paths).find(fits);
}

/** The members of a value that a schema does not name: additions that nobody described. */
function unnamed(document, schema, value, at = "") {
  const merged = { properties: {} };
  const take = (part) => {
    const known = resolved(document, part);
    Object.assign(merged.properties, known.properties);
    merged.items ??= known.items;
    merged.open ||= known.additionalProperties || !(known.properties || known.allOf);
    for (const inner of known.allOf ?? []) take(inner);
  };
  take(schema);
  if (Array.isArray(value)) {
    return value.flatMap((item, i) => unnamed(document, merged.items, item, `${at}/${i}`));
  }
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = merged.properties[name];
    if (known) return unnamed(document, known, inner, `${at}/${name}`);
    return merged.open ? [] : [`${at}/${name}`];
  });
}

/** Asks, and holds the answer against the document. */
async function ask(worker, document, path, { method = "GET", headers, body } = {}) {
  const response = await worker.fetch(path, { method, headers, body });
  const text = await response.text();
  const operation = document.paths[templateOf(document, path)][method.toLowerCase()];
  const what = `${method} ${path}: ${response.status} ${text.slice(0, 200)}`;
  const known = operation.responses[response.status];
  assert.ok(known, what);
  for (const [name, header] of Object.entries(known.headers)) {
    const needed = resolved(document, header).required;
    assert.ok(!needed || response.headers.has(name), `${name}: ${what}`);
  }
  if (!known.content) {
    assert.equal(text, "", what);
    return { response, text };
  }
  const media = response.headers.get("content-type");
  const content = known.content[media];
  assert.ok(content, `${media}: ${what}`);
  if (!media.includes("json") || media.includes("ndjson")) return { response, text };
  const value = JSON.parse(text);
  if (content.schema.$ref || content.schema.items || content.schema.allOf) {
    assert.deepEqual(unnamed(document, content.schema, value), [], what);
  }
  if (media === "application/problem+json") {
    const [, { properties }] = content.schema.allOf;
    assert.ok(properties.type.enum.includes(value.type), what);
    assert.equal(value.status, response.status);
  }
  return { response, text, value };
}

for (const model of ["sample", "shop", "excerpt"]) {
  for (const auth of ["on", "off"]) {
    test(`the description of the ${model}, with AUTH=${auth}, is OpenAPI 3.1`, async (t) => {
      const bindings = auth === "on" ? KEYS : { UNKNOWN_FIELDS: "reject" };
      const worker = await startWorker(t, { model: MODELS[model], bindings, options: STORES });
      const response = await worker.fetch("/openapi.json");
      assert.equal(response.headers.get("content-type"), "application/vnd.oai.openapi+json;version=3.1");
      const text = await response.text();
      const document = JSON.parse(text);
      assert.equal(document.openapi, "3.1.1");
      assert.ok(!text.includes("@"), "a hole was not filled");

      const file = join(await temporaryFolder(t), "openapi.json");
      await writeFile(file, text);
      const validator = join(ROOT, ".tools/schemathesis/bin/openapi-spec-validator");
      assert.ok(existsSync(validator), "run `edge/toolchain/setup.sh schemathesis`");
      const checked = spawnSync(validator, [file], { encoding: "utf8" });
      assert.equal(checked.status, 0, checked.stdout + checked.stderr);

      const ids = operations(document).map(({ operationId }) => operationId);
      assert.equal(new Set(ids).size, ids.length);
      const { key } = document.components.securitySchemes ?? {};
      assert.equal(key?.scheme, auth === "on" ? "bearer" : undefined);
      for (const { path, method, security } of operations(document)) {
        const isKeyed = auth === "on" && path.startsWith("/v1/") && path !== "/v1/schema" && method !== "options";
        assert.equal(security !== undefined, isKeyed, `${method} ${path}`);
      }
      const { Customer } = document.components.schemas;
      assert.equal(Customer.unevaluatedProperties, auth === "on");
      const served = await (await worker.fetch("/v1/schema")).json();
      assert.deepEqual(Customer.properties, served.properties);
    });
  }

  test(`every example of the description of the ${model} is answered as it says`, async (t) => {
    const worker = await startWorker(t, { model: MODELS[model], options: STORES });
    const document = await described(worker);
    const { content } = document.paths["/v1/segment"].post.requestBody;
    const examples = Object.values(content["application/json"].examples);
    assert.ok(examples.length >= (model === "sample" ? 2 : 1));
    const headers = { "content-type": "application/json" };
    for (const { value } of examples) {
      for (const query of ["", "?explain=true"]) {
        const init = { method: "POST", headers, body: JSON.stringify(value) };
        const answer = await ask(worker, document, `/v1/segment${query}`, init);
        assert.equal(answer.response.status, 200, answer.text);
      }
    }
    const columns = examples[0].value;
    const init = { method: "POST", headers, body: JSON.stringify(columns) };
    const { value } = await ask(worker, document, "/v1/segment", init);
    const shown = document.paths["/v1/segment"].post.responses[200].content["application/json"].example;
    assert.deepEqual(value, shown);

    const batch = document.paths["/v1/segments"].post.requestBody.content;
    for (const [media, { example }] of Object.entries(batch)) {
      const lines = media === "application/x-ndjson";
      const body = lines ? example.map((item) => `${JSON.stringify(item)}\n`).join("") : JSON.stringify(example);
      const init = { method: "POST", headers: { "content-type": media }, body };
      const { response, text } = await ask(worker, document, "/v1/segments", init);
      assert.equal(response.status, 200, text);
    }
  });
}

test("every route answers every method as described, and other methods not", async (t) => {
  const worker = await startWorker(t, { bindings: KEYS, options: STORES });
  const document = await described(worker);
  const columns = document.paths["/v1/segment"].post.requestBody.content["application/json"].examples.columns;
  const one = JSON.stringify(columns.value);
  const seen = new Set();
  const say = async (path, init, status) => {
    const { response, value } = await ask(worker, document, path, init);
    assert.equal(response.status, status, `${init?.method} ${path}`);
    seen.add(`${init?.method ?? "GET"} ${templateOf(document, path)} ${status}`);
    return value;
  };
  const post = (body, headers = {}) => ({
    method: "POST",
    headers: { "content-type": "application/json", ...ALL.bearer, ...headers },
    body,
  });
  const problem = async (path, init, status, slug) => {
    const value = await say(path, init, status);
    assert.equal(value.type, `/problems/${slug}`);
  };

  for (const path of ["/v1/schema", "/openapi.json", "/healthz", "/version", "/problems/not-json"]) {
    await say(path, undefined, 200);
  }
  await say("/v1/model", { headers: PREDICT.bearer }, 200);
  await say("/v1/segment", post(one), 200);
  await say("/v1/segments", post(`[${one},{},3,${"[".repeat(20)}${"]".repeat(20)},{"a":1,"a":2}]`), 200);

  for (const path of ["/v1/segment", "/v1/segments"]) {
    await problem(path, post("[{}]", { authorization: "Bearer no" }), 401, "unauthorized");
    await problem(path, post("[{}]", PAGE.bearer), 403, "forbidden-origin");
    await problem(path, post("[{}]", SIGNED.bearer), 403, "bad-signature");
    await problem(`${path}?explain=1`, post("[{}]"), 400, "bad-query");
    await problem(`${path}?explain=true`, post("[{}]", SIGNED.bearer), 403, "missing-scope");
    await problem(path, post("[{}]", { "content-type": "text/plain" }), 415, "unsupported-media-type");
    await problem(path, post(" ".repeat(2 << 20)), 413, "too-large");
    await problem(path, post(Buffer.from([0x22, 0xff])), 400, "not-utf8");
    await problem(path, post("[{]"), 400, "not-json");
  }
  await problem("/v1/segment", post("[]"), 400, "not-an-object");
  await problem("/v1/segment", post(`{"a":${"[".repeat(20)}`), 400, "too-deep");
  await problem("/v1/segment", post('{"a":1,"a":1}'), 400, "duplicate-field");
  await problem("/v1/segment", post("{}"), 422, "invalid-customer");
  await problem("/v1/segments", post("{}"), 400, "not-an-array");
  await problem("/v1/segments", post(`[${"1,".repeat(1000)}1]`), 413, "too-many-rows");
  await problem("/v1/customers/a", { headers: ALL.bearer }, 404, "unknown-customer");
  await problem("/v1/customers/a", { headers: PREDICT.bearer }, 403, "missing-scope");
  await problem("/v1/customers/a", undefined, 401, "unauthorized");
  await problem("/v1/model", undefined, 401, "unauthorized");
  await problem("/v1/model", { headers: PAGE.bearer }, 403, "forbidden-origin");
  await problem("/v1/model?which=none", { headers: ALL.bearer }, 400, "bad-query");
  await problem("/v1/model?which=challenger", { headers: ALL.bearer }, 404, "no-challenger");
  await problem("/problems/none", undefined, 404, "not-found");

  for (const path of ["/v1/schema", "/v1/model", "/openapi.json"]) {
    const { response } = await ask(worker, document, path, { headers: ALL.bearer });
    const known = { ...ALL.bearer, "if-none-match": response.headers.get("etag") };
    await say(path, { headers: known }, 304);
    await say(path, { headers: { ...known, "if-none-match": '"another"' } }, 200);
    await say(path, { method: "HEAD", headers: known }, 304);
  }
  for (const { path, method, operationId } of operations(document)) {
    const asked = path.replace("{id}", "a").replace("{slug}", "internal");
    if (method === "head") {
      const init = { headers: { ...ALL.bearer, "accept-encoding": "identity" } };
      const get = await ask(worker, document, asked, init);
      const head = await ask(worker, document, asked, { ...init, method: "HEAD" });
      // These two differ by nature: of each request its own, and of a body its way to travel.
      const own = ["date", "x-request-id", "content-length", "transfer-encoding", "content-encoding"];
      const rest = ({ headers }) => [...headers].filter(([name]) => !own.includes(name));
      assert.deepEqual(rest(head.response), rest(get.response), operationId);
      assert.equal(head.response.status, get.response.status);
    }
    if (method === "options") {
      const { response } = await ask(worker, document, asked, { method: "OPTIONS" });
      const allowed = Object.keys(document.paths[path]).filter((name) => METHODS.includes(name));
      const listed = response.headers.get("allow").toLowerCase().split(", ");
      assert.deepEqual(listed.sort(), allowed.sort(), path);
      for (const other of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]) {
        if (listed.includes(other.toLowerCase())) continue;
        const response = await worker.fetch(asked, { method: other, headers: ALL.bearer });
        assert.equal(response.status, 405, `${other} ${path}`);
        assert.equal(response.headers.get("allow").toLowerCase().split(", ").sort().join(), allowed.join());
      }
    }
  }
  // What is described can be met: all but rate, failure and settings, which other tests bring about.
  const elsewhere = new Set(["429", "500", "503"]);
  for (const { path, method, responses } of operations(document)) {
    if (method !== "get" && method !== "post") continue;
    for (const status of Object.keys(responses).filter((status) => !elsewhere.has(status))) {
      const isKept = path === "/v1/customers/{id}" && status === "200";
      assert.ok(isKept || seen.has(`${method.toUpperCase()} ${path} ${status}`), `${method} ${path} ${status}`);
    }
  }
});

test("the description's ETag changes with the settings that it tells of", async (t) => {
  const tags = new Set();
  for (const bindings of [{}, KEYS, { BATCH_ROWS: "7" }, { UNKNOWN_FIELDS: "reject" }]) {
    const worker = await startWorker(t, { bindings });
    const response = await worker.fetch("/openapi.json");
    tags.add(response.headers.get("etag"));
    const { paths } = await response.json();
    const { schema } = paths["/v1/segments"].post.requestBody.content["application/json"];
    assert.equal(schema.maxItems, Number(bindings.BATCH_ROWS ?? 1000));
  }
  assert.equal(tags.size, 4);
});

test("a service that is not set up, or whose model is damaged, answers as described", async (t) => {
  const bare = await startWorker(t, { bindings: { AUTH: "on" }, options: STORES });
  const document = await described(bare);
  const post = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
  for (const [path, init] of [["/v1/segment", post], ["/v1/segments", post], ["/v1/model"], ["/v1/customers/a"]]) {
    const { response, value } = await ask(bare, document, path, init);
    assert.equal(response.status, 503);
    assert.equal(value.type, "/problems/not-configured");
  }
  assert.equal((await ask(bare, document, "/healthz")).response.status, 503);
  const broken = await startWorker(t, { model: new Uint8Array([1, 2, 3]), options: STORES });
  for (const [path, init] of [
    ["/v1/segment", post],
    ["/v1/segments", { ...post, body: "[]" }],
    ["/v1/model"],
    ["/v1/schema"],
    ["/openapi.json"],
  ]) {
    const { response, value } = await ask(broken, document, path, init);
    assert.equal(response.status, 503);
    assert.equal(value.type, "/problems/model-unusable");
  }
  assert.equal((await ask(broken, document, "/healthz")).response.status, 503);
});

test("every type of problem leads to a page that loads nothing and leads to the others", async (t) => {
  const worker = await startWorker(t);
  const document = await described(worker);
  const types = document.components.schemas.Refusal.properties.type.enum;
  assert.equal(types.length, 24);
  for (const type of types) {
    const { response, text } = await ask(worker, document, type);
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-security-policy"), /^default-src 'none'; style-src 'unsafe-inline'$/);
    assert.match(text, /^<!doctype html>\n<html lang="en">/);
    assert.match(text, /<meta name="viewport"/);
    assert.match(text, /<title>.+<\/title>/);
    assert.doesNotMatch(text, /<script|https?:|<img|<link|url\(/);
    const [, example] = /<pre>(.+?)<\/pre>/s.exec(text);
    assert.equal(JSON.parse(example).type, type);
    const links = [...text.matchAll(/<a href="([^"]+)">/g)].map(([, to]) => new URL(to, `${worker.url}${type}`));
    const pages = links.map(({ pathname }) => pathname).filter((path) => path.startsWith("/problems/"));
    assert.deepEqual(pages.sort(), types.filter((other) => other !== type).sort());
    assert.match(response.headers.get("link"), /<\/openapi\.json>; rel="service-desc"/);
  }
  const nowhere = await worker.fetch("/nowhere");
  assert.match(nowhere.headers.get("link") ?? "", /service-desc|^$/);
});
