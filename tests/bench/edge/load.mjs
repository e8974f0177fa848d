// A load generator: as many requests at a time as there are connections, as fast as they are answered.
//
// It runs in a thread of its own and reads of an answer only what it needs, so that the Worker and not the
// generator is what is measured, on two cores too; and it tells which cache answered.

import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

const HEAD_END = Buffer.from("\r\n\r\n");

/**
 * Sends `requests` (whole HTTP/1.1 requests, as Buffers) in rotation to a port of this machine.
 *
 * Returns, of the `duration` ms after `warmUp` ms: `perSecond`, the answers a second; `answered` and `failed`, how many
 * there were, and how many of them were not 200; `cache`, how often each value of Cache-Status was there; `cpu`,
 * what the reading `cpu()` grew by for each answer.
 */
export function load(port, requests, { connections = 16, warmUp = 300, duration = 1000, cpu = () => NaN } = {}) {
  return new Promise((resolve, reject) => {
    const thread = new Worker(fileURLToPath(import.meta.url), {
      workerData: { port, requests, connections, warmUp, duration },
    });
    let before;
    thread.on("message", (message) => {
      if (message.started) before = cpu();
      else resolve({ ...message, cpu: (cpu() - before) / message.answered });
    });
    thread.once("error", reject);
  });
}

/** Sends each of `requests` once, over one connection, and waits for all the answers. */
export function sendEach(port, requests) {
  const waiting = [...requests];
  return new Promise((resolve, reject) => {
    const note = () => waiting.length === 0 && resolve();
    ask(port, () => waiting.shift(), note, reject);
  });
}

/** One connection that asks for as long as `next()` has a request; `note(head)` is called with every answer. */
function ask(port, next, note, broke) {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let pending = Buffer.alloc(0);
  socket.on("connect", () => socket.write(next()));
  socket.on("error", broke);
  socket.on("data", (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    const end = pending.indexOf(HEAD_END);
    if (end < 0) return;
    const head = pending.latin1Slice(0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    if (!length) return broke(new Error(`an answer without a length: ${head}`));
    if (pending.length < end + 4 + Number(length[1])) return;
    pending = Buffer.alloc(0);
    note(head);
    const request = next();
    if (request) socket.write(request);
    else socket.destroy();
  });
  return socket;
}

if (!isMainThread && workerData?.requests) {
  const { port, connections, warmUp, duration } = workerData;
  const requests = workerData.requests.map((bytes) => Buffer.from(bytes));
  let turn = 0;
  let seen = { answered: 0, failed: 0, cache: {} };
  const next = () => requests[(turn = (turn + 1) % requests.length)];
  const note = (head) => {
    seen.answered += 1;
    if (!head.startsWith("HTTP/1.1 200")) seen.failed += 1;
    const status = /\r\ncache-status: *([^\r]+)/i.exec(head)?.[1] ?? "";
    seen.cache[status] = (seen.cache[status] ?? 0) + 1;
  };
  const broke = (error) => {
    throw error;
  };
  const sockets = Array.from({ length: connections }, () => ask(port, next, note, broke));
  setTimeout(() => {
    seen = { answered: 0, failed: 0, cache: {} };
    const start = performance.now();
    parentPort.postMessage({ started: true });
    setTimeout(() => {
      const perSecond = (seen.answered * 1000) / (performance.now() - start);
      parentPort.postMessage({ perSecond, ...seen });
      for (const socket of sockets) socket.destroy();
    }, duration);
  }, warmUp);
}
