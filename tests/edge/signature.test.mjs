// The signing code of docs/security.md, taken from the document, against the Worker.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { cases } from "./golden.mjs";
import { newKey, ring } from "./keys.mjs";
import { ROOT, startWorker, temporaryFolder } from "./support.mjs";

const SECURITY = readFileSync(join(ROOT, "docs/security.md"), "utf8");
const [PLAIN] = cases("sample", "accept").filter(({ name }) => name === "plain");

/** The first piece of code of a language in the document. */
function snippet(language) {
  const [, code] = SECURITY.match(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``));
  assert.match(code, /wedge signature 1/);
  return code;
}

const { text: KEY, signing: SIGNING_KEY, ...SIGNER } = newKey("scopes=predict,explain signed");

async function start(t) {
  const { fetch, url } = await startWorker(t, { bindings: ring(SIGNER) });
  const ask = async (path, body, signature, subject) => {
    const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json" };
    if (signature) headers["wedge-signature"] = signature;
    if (subject) headers["wedge-subject"] = subject;
    const response = await fetch(path, { method: "POST", headers, body });
    return { status: response.status, text: await response.text() };
  };
  return Object.assign(ask, { url });
}

test("what the Node code of the document signs is answered, and nothing else", async (t) => {
  const file = join(await temporaryFolder(t), "sign.mjs");
  writeFileSync(file, snippet("js"));
  const { sign } = await import(pathToFileURL(file));
  const ask = await start(t);
  const body = PLAIN.request;
  const good = sign(SIGNING_KEY, "POST", "/v1/segment", body);
  assert.equal((await ask("/v1/segment", body, good)).status, 200);
  assert.equal((await ask("/v1/segment", body, good)).status, 200, "it can be sent again, as the document says");
  const explained = "/v1/segment?explain=true";
  const signed = sign(SIGNING_KEY, "POST", explained, body);
  assert.deepEqual(await ask(explained, body, signed), { status: 200, text: PLAIN.reply });
  const named = sign(SIGNING_KEY, "POST", "/v1/segment", body, 60, "4711");
  assert.equal((await ask("/v1/segment", body, named, "4711")).status, 200);
  for (const [why, path, sent, signature, subject] of [
    ["another subject", "/v1/segment", body, named, "4712"],
    ["a subject that was not signed", "/v1/segment", body, good, "4711"],
    ["missing", "/v1/segment", body, undefined],
    ["another body", "/v1/segment", `${body} `, good],
    ["another path", explained, body, good],
    ["another method", "/v1/segment", body, sign(SIGNING_KEY, "PUT", "/v1/segment", body)],
    ["another key", "/v1/segment", body, sign("ws_" + "0".repeat(64), "POST", "/v1/segment", body)],
    ["late", "/v1/segment", body, sign(SIGNING_KEY, "POST", "/v1/segment", body, -2)],
    ["too far ahead", "/v1/segment", body, sign(SIGNING_KEY, "POST", "/v1/segment", body, 3700)],
  ]) {
    const { status, text } = await ask(path, sent, signature, subject);
    assert.equal(status, 403, why);
    assert.equal(JSON.parse(text).type, "/problems/bad-signature", why);
  }
});

const others = [
  ["python", "python3", "sign.py", "\nimport sys\nprint(sign(sys.argv[1], *sys.argv[2:4], sys.argv[4].encode()))\n"],
  ["php", "php", "sign.php", "\necho wedge_sign($argv[1], $argv[2], $argv[3], $argv[4]);\n"],
];
for (const [language, program, name, call] of others) {
  const isThere = spawnSync(program, ["--version"]).status === 0;
  const skip = !isThere && `no ${program} here`;
  test(`what the ${language} code of the document signs is answered`, { skip }, async (t) => {
    const file = join(await temporaryFolder(t), name);
    writeFileSync(file, snippet(language) + call);
    const args = [file, SIGNING_KEY, "POST", "/v1/segment", PLAIN.request];
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const ask = await start(t);
    assert.equal((await ask("/v1/segment", PLAIN.request, stdout.trim())).status, 200);
    assert.equal((await ask("/v1/segment", `${PLAIN.request} `, stdout.trim())).status, 403);
  });
}

test("what the shell lines of the document send is answered", async (t) => {
  const { url: URL } = await start(t);
  const shell = (BODY) => {
    const env = { ...process.env, URL, KEY, WEDGE_SIGNING_KEY: SIGNING_KEY, BODY };
    const child = spawn("bash", ["-c", snippet("sh").replace('curl "$URL', `curl -s -w '\\n%{http_code}' "$URL`)], { env });
    child.stderr.resume();
    return child.stdout.toArray().then((parts) => parts.join(""));
  };
  // With a line's end in it: what is signed is what is sent.
  assert.match(await shell(`${PLAIN.request}\n `), /\n200$/);
});
