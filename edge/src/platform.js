// What worker.rs asks of the platform, each in one call: crossing between JavaScript and WebAssembly costs more than
// the model does.

/** The bytes of a model that was deployed beside this: "model" or "challenger". entry.js puts them there. */
export const model = (name) => new Uint8Array(globalThis.wedge[name]);

/** A setting as text; numbers and truth values of a configuration file are theirs. Nothing where it is not set. */
export const setting = (env, name) => (env[name] === undefined ? undefined : String(env[name]));

/** The body, or as much of it as shows that it is longer than `limit`. A broken one belongs to somebody who has gone. */
export async function body(request, limit) {
  try {
    // A stated length was checked before.
    const { headers } = request;
    if (headers.has("content-length") && !headers.has("transfer-encoding")) {
      return new Uint8Array(await request.arrayBuffer());
    }
    const bytes = await upTo(request, limit);
    if (bytes.length > limit) await drain(request, READ_AWAY, READ_AWAY_MS);
    return bytes;
  } catch {
    return new Uint8Array();
  }
}

const READ_AWAY = 64 << 20;
const READ_AWAY_MS = 2000;

/**
 * Reads a refused body away, for a while: who is still sending when the connection closes may never see why. Who
 * sends nothing is not waited for.
 */
export async function drain(request, most, ms) {
  const end = Date.now() + ms;
  const reader = request.body?.getReader();
  for (let read = 0; reader && read <= most && Date.now() < end; ) {
    let timer;
    const pause = new Promise((resolve) => (timer = setTimeout(resolve, PAUSE_MS)));
    const next = await Promise.race([reader.read(), pause]).finally(() => clearTimeout(timer));
    if (!next || next.done) return;
    read += next.value.byteLength;
  }
}

const PAUSE_MS = 100;

/** What there is until it is more than `most` bytes. */
async function upTo(request, most) {
  const kept = [];
  let length = 0;
  for await (const chunk of chunks(request)) {
    kept.push(chunk);
    length += chunk.byteLength;
    if (length > most) break;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of kept) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** A body's chunks; who stops listening leaves the rest for later. */
const chunks = (request) => request.body?.values({ preventCancel: true }) ?? [];

/** The response; and with it the line for the log and the point to be counted, as JSON: either may be empty. */
export function respond(env, status, headers, text, log, point) {
  try {
    if (log) console.log(log);
    if (point) env.COUNTERS.writeDataPoint(JSON.parse(point));
  } catch {
    // An answer is worth more than its count.
  }
  const lines = headers.split("\n");
  // As an object: a list of pairs takes twice as long to convert. No name stands twice.
  const named = {};
  for (let i = 0; i + 1 < lines.length; i += 2) named[lines[i]] = lines[i + 1];
  return new Response(text === "" ? null : text, { status, headers: named });
}

/**
 * What a store has under a key: bytes; null: nothing; false: it failed. Where that takes longer than `ms`, the same
 * later, as a promise in an array, for `keep`.
 */
export async function look(env, store, key, ms) {
  const found = read(env[store], key);
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms, [found])));
  const first = await Promise.race([found, late]);
  clearTimeout(timer);
  return first;
}

async function read(store, key) {
  try {
    const bytes = await store.get(key, "arrayBuffer");
    // What is too long is not ours, and its memory would never be given back.
    return bytes && new Uint8Array(bytes.byteLength > LONGEST_KEPT ? 0 : bytes);
  } catch {
    return false;
  }
}

// The longest answer has some 10 kB.
const LONGEST_KEPT = 1 << 20;

/**
 * Keeps an answer after it was sent; a failure costs a hit, not an answer. What came too late to be used but is there is
 * not written again: writing costs ten times what reading does.
 */
export function keep(env, context, key, bytes, seconds, late) {
  // A view of memory that is about to change.
  const value = bytes.slice();
  const put = async () => {
    if (late && (await late[0]) !== null) return;
    await env.CACHE.put(key, value, seconds ? { expirationTtl: seconds } : {});
  };
  context.waitUntil(put().catch(() => {}));
}
