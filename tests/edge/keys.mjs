// API keys as `trainer key new` makes them, and kept values, made here a second time from what shared/src/secret says of them, so that
// the Worker is checked against that and not against itself.

import { createCipheriv, createHmac, randomBytes } from "node:crypto";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

/** The secret of the tests that digests are keyed with. */
export const KEY_SECRET = "the tests' pepper of keys, and nothing else's";

const letters = (count) => Array.from(randomBytes(count), (byte) => ALPHABET[byte & 31]).join("");

/** HMAC-SHA256 over a purpose and parts, each after its length in eight bytes, the lowest first. */
export function mac(secret, purpose, ...parts) {
  const hmac = createHmac("sha256", secret);
  for (const part of [purpose, ...parts].map((part) => Buffer.from(part))) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(part.length));
    hmac.update(length).update(part);
  }
  return hmac.digest();
}

/**
 * A new key: `{ id, token, text, line, bearer, signing }`; `settings` is the end of its line, such as
 * `"scopes=predict tenant=shop"`; `bearer` are the headers to ask with.
 */
export function newKey(settings = "scopes=predict,explain,batch", secret = KEY_SECRET) {
  const [id, token] = [letters(10), letters(52)];
  const digest = mac(secret, "wedge api key 1", id, token).toString("hex");
  const text = `wk_${id}_${token}`;
  return {
    id,
    token,
    text,
    line: `${id} ${digest} ${settings}`,
    bearer: { authorization: `Bearer ${text}` },
    signing: `ws_${mac(secret, "wedge signing key 1", id).toString("hex")}`,
  };
}

/** The bindings of a Worker that knows these keys. */
export function ring(...keys) {
  return { AUTH: "", KEY_SECRET, API_KEYS: keys.map(({ line }) => line).join("\n") };
}

/** The value of `Wedge-Signature` for a request that is good until `expires`, in seconds since 1970. */
export function signature(key, method, path, body, expires, subject = "") {
  const head = `wedge signature 1\n${method} ${path}\n${expires}\n${subject}\n`;
  return `expires=${expires}, v1=${createHmac("sha256", key.signing).update(head).update(body).digest("hex")}`;
}

/** Under which the answer to a customer is kept that was computed last night, as `trainer predict --kv` writes it. */
export const customerKey = (secret, tenant, id) => mac(secret, "wedge customer key 1", tenant, id).toString("hex");

/** A kept value as shared/src/secret says: nonce, text under ChaCha20-Poly1305 with the key as associated data, tag. */
export function sealed(secret, key, text) {
  const nonce = mac(secret, "wedge nonce 1", key, text).subarray(0, 12);
  const cipher = createCipheriv("chacha20-poly1305", mac(secret, "wedge sealing key 1", key), nonce, { authTagLength: 16 });
  cipher.setAAD(Buffer.from(key), { plaintextLength: Buffer.byteLength(text) });
  return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
}
