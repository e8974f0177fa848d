// How the end-to-end tests ask the Worker and wait for what it does in its own time.

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

import { cases } from "./golden.mjs";

export const JSON_TYPE = { "content-type": "application/json" };

/** An accepted golden case by its name. */
export const named = (model, name) => cases(model, "accept").find((known) => known.name === name);

/** The sample's plain customer, and one like nobody else. */
export const PLAIN = named("sample", "plain");
export const customer = (i) => PLAIN.text.replace("35.5", String(36 + i / 64));

/** Asks about a body; headers beside the type that announces it, or in its place. */
export const ask = (worker, body, { path = "/v1/segment", headers } = {}) =>
  worker.fetch(path, { method: "POST", headers: { ...JSON_TYPE, ...headers }, body });

export const cacheOf = (response) => response.headers.get("cache-status");

/** A problem of this status and kind, which says so in header and body; its document. */
export async function assertProblem(response, status, slug, message) {
  assert.equal(response.status, status, message);
  assert.equal(response.headers.get("content-type"), "application/problem+json", message);
  const problem = await response.json();
  assert.equal(problem.type, `/problems/${slug}`, message);
  assert.equal(problem.status, status, message);
  assert.equal(problem.request_id, response.headers.get("x-request-id"), message);
  return problem;
}

/** Waits until something holds: what is kept, and what is logged, is written after the answer. */
export async function until(holds, what) {
  for (let i = 0; i < 400; i += 1) {
    if (await holds()) return;
    await sleep(25);
  }
  assert.fail(`never: ${what}`);
}

/** Waits until a `fakeKv` has so many entries. */
export const keptBy = (kv, count) => until(() => kv.entries.size >= count, `${count} entries`);

/** `work(0)` to `work(count - 1)`, so many at once; what they give, in order. */
export async function all(count, at, work) {
  const results = Array(count);
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const i = next++;
      results[i] = await work(i);
    }
  };
  await Promise.all(Array.from({ length: at }, worker));
  return results;
}
