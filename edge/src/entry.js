// The Worker's main module: it puts the models beside the code, and sees to it that every request ends.
//
// The models are data modules of the upload, so that a new one needs no Rust toolchain: `trainer embed` replaces the
// files. An empty challenger is none.

import challenger from "./challenger.postcard";
import Wedge from "./index.js";
import model from "./model.postcard";

globalThis.wedge = { model, challenger };

// A panic ends the WebAssembly instance, and with it whatever its requests were waiting for: nobody would ever go on
// with them. Those that are in flight then are given up, and no later ones: they have a new instance.
const inFlight = new Set();
// Nobody hears again of a request whose client has gone. Beyond so many, the oldest is such a one.
const MOST = 4096;
// A client that takes longer to send a body is not waited for.
const LONGEST_MS = 300_000;
// The one call into WebAssembly, through worker-build's guard that makes a new instance where the last one has died.
let entrypoint;
let answer;

function check(error) {
  // What a dead instance was waiting for fails too, later, and takes nobody with it.
  if (/previous wasm instance/i.test(error)) return;
  for (const giveUp of inFlight) giveUp();
  inFlight.clear();
  // Any call then makes a new instance. Without it, what the old one was waiting for could still call into it.
  globalThis.__worker_init_state.criticalError = true;
  entrypoint?.toString();
}
addEventListener("error", (event) => check(event.error));

const HEADERS = [
  "authorization",
  "origin",
  "content-type",
  "content-length",
  "if-none-match",
  "access-control-request-method",
  "wedge-subject",
  "wedge-signature",
  "wedge-opt-out",
];

/** Method, address, request id, time, then each header after a "+", or nothing where it is absent; in lines. */
function head(request) {
  const { method, url, headers } = request;
  let text = `${method}\n${url}\n${crypto.randomUUID()}\n${Date.now()}`;
  for (const name of HEADERS) {
    const value = headers.get(name);
    text += value === null ? "\n" : `\n+${value}`;
  }
  return text;
}

const SHORT = 16 << 10;

/**
 * A body as short as one customer's is read before it is needed, so that a request which waits for nothing else is
 * answered in one call, without a promise. Others are read once their key is known to be good.
 */
async function shortBody(request) {
  const length = request.headers.get("content-length");
  if (request.method !== "POST" || length === null || !(Number(length) <= SHORT)) return undefined;
  // With both, the length says nothing (RFC 9112, 6.3).
  if (request.headers.has("transfer-encoding")) return undefined;
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch {
    // It belongs to somebody who has gone.
    return new Uint8Array();
  }
}

export default {
  async fetch(request, env, context) {
    const body = await shortBody(request);
    let response;
    try {
      answer ??= (entrypoint = new Wedge(context, env)).answer;
      response = answer(request, head(request), body, env, context);
      // Only what waits can be given up.
      if (response instanceof Promise) response = await orGivenUp(response);
    } catch (error) {
      check(error);
    }
    // Here, in the request's own turn: what is made in another's may not be sent.
    return response instanceof Response ? response : failed(request);
  },
};

/** What a promise comes to, or nothing where a panic came first. */
async function orGivenUp(promise) {
  // workerd takes a request that waits for nothing of its own for one that hangs, and may do so before it hears
  // that it was given up. A timer is something of its own.
  let timer;
  try {
    return await new Promise((resolve, reject) => {
      timer = setTimeout(resolve, LONGEST_MS);
      inFlight.add(resolve);
      if (inFlight.size > MOST) inFlight.delete(inFlight.values().next().value);
      promise.then(resolve, reject).finally(() => inFlight.delete(resolve));
    });
  } finally {
    clearTimeout(timer);
  }
}

function failed(request) {
  const id = crypto.randomUUID();
  console.error(JSON.stringify({ request_id: id, status: 500, problem: "internal" }));
  const problem = {
    type: "/problems/internal",
    title: "The service failed",
    status: 500,
    detail: "Ask again; if it fails again, tell whoever runs this service the request id.",
    request_id: id,
  };
  const headers = {
    "Content-Type": "application/problem+json",
    "X-Request-Id": id,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  };
  return new Response(request.method === "HEAD" ? null : JSON.stringify(problem), { status: 500, headers });
}
