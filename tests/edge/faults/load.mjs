// Many customers with the answers that a Worker without a cache gives them, and a crowd that asks.

import assert from "node:assert/strict";
import { Agent, request as send } from "node:http";

import { startWorker } from "../support.mjs";

// workerd says so when a request touches what is another's, and when one waits for nothing.
export const MISTAKES = /different request|hung|never generate|Cannot invoke closure|Module terminated|uncaught/i;

const JSON_TYPE = { "content-type": "application/json" };

/** `many` customers of the sample model, no two equal. */
export function customers(many) {
  return Array.from({ length: many }, (_, i) => ({
    recency_days: i % 400,
    frequency: 1 + (i % 17),
    mean_amount: 5 + (i % 97) * 1.25,
    total_amount: 7 + i,
    tenure_days: 400 + (i % 211),
    mean_quantity: 1 + (i % 7) * 0.5,
  })).map((customer) => JSON.stringify(customer));
}

/** `[{ request, reply }]`: what each is answered where nothing is kept. */
export async function answered(t, requests) {
  const worker = await startWorker(t, { bindings: { CACHE_MODE: "off" }, options: quiet().options });
  const asked = requests.map((request) => ({ request, reply: undefined }));
  await crowd(worker, 16, async (ask, i) => {
    if (i >= asked.length) return false;
    const { status, text, headers } = await ask(asked[i].request);
    assert.equal(status, 200, text);
    assert.equal(headers["cache-status"], "kv; fwd=bypass");
    asked[i].reply = text;
    return true;
  });
  await worker.stop();
  return asked;
}

/** Options for a Worker whose output is kept in `lines` instead of shown. */
export function quiet() {
  const lines = [];
  const keep = (stream) => {
    stream.setEncoding("utf8").on("data", (text) => lines.push(...text.split("\n").filter(Boolean)));
  };
  return {
    lines,
    options: {
      handleRuntimeStdio: (stdout, stderr) => {
        keep(stdout);
        keep(stderr);
      },
    },
  };
}

/** `size` connections that each do `turn(ask, i)` again and again, `i` counting all turns, until one says false. */
export async function crowd(worker, size, turn) {
  const agent = new Agent({ keepAlive: true, maxSockets: size });
  let turns = 0;
  let goesOn = true;
  const ask = (body, options) => post(worker, body, { agent, ...options });
  try {
    await Promise.all(
      Array.from({ length: size }, async () => {
        while (goesOn) goesOn = (await turn(ask, turns++)) && goesOn;
      }),
    );
  } finally {
    agent.destroy();
  }
}

/** One request, `{ status, headers, text, ms }`; fails after `limit` milliseconds. `body`: text, or what writes it. */
export function post(worker, body, { path = "/v1/segment", method = "POST", limit = 10_000, agent = false } = {}) {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const request = send(new URL(path, worker.url), { method, headers: JSON_TYPE, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (more) => (text += more));
      response.on("error", fail);
      response.on("end", () => {
        clearTimeout(timer);
        const { statusCode: status, headers } = response;
        resolve({ status, headers, text, ms: performance.now() - start });
      });
    });
    const fail = (error) => {
      clearTimeout(timer);
      reject(error);
    };
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${limit} ms`)), limit);
    request.on("error", fail);
    if (typeof body === "function") body(request);
    else request.end(body);
  });
}
