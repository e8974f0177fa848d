// The golden cases, as the tests of every face read them: tests/data/golden/MODEL/{accept,reject}/.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { MODELS, ROOT } from "./support.mjs";

export { MODELS };

export const modelBytes = (model) => readFileSync(join(ROOT, MODELS[model]));

/**
 * `[{ name, request, text, reply, answer }]`: the body as bytes, the same as text (undefined where it is no UTF-8), and
 * as text the exact reply, which says why, and the one that does not; for a rejected case `reply` is
 * `{ status, problem }`.
 */
export function cases(model, kind) {
  const folder = join(ROOT, "tests/data/golden", model, kind);
  const names = readdirSync(folder).filter((file) => file.endsWith(".request.json"));
  if (names.length === 0) throw new Error(`no cases in ${folder}`);
  return names.map((file) => {
    const name = file.slice(0, -".request.json".length);
    const request = readFileSync(join(folder, file));
    const read = (what) => readFileSync(join(folder, `${name}.${what}.json`), "utf8");
    const text = utf8(request);
    if (kind === "reject") return { name, request, text, reply: JSON.parse(read("reply")) };
    return { name, request, text, reply: read("reply"), answer: read("answer") };
  });
}

function utf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The request as a JavaScript object, where it is one and says all that the text says. */
export function asObject({ text, reply }) {
  if (reply.status !== undefined && reply.status !== 422) return undefined;
  return text === undefined ? undefined : JSON.parse(text);
}
