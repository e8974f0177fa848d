// What `make run` ends in: the Worker and the page as a newcomer gets them, through wrangler.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";

import { cases } from "./golden.mjs";
import { ROOT } from "./support.mjs";

const RUN = join(ROOT, "edge/toolchain/run.mjs");
const JSON_TYPE = { "content-type": "application/json" };
const [PLAIN] = cases("sample", "accept").filter(({ name }) => name === "plain");

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

test("a port that is taken is said at once", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address();
  const { status, stderr } = spawnSync(process.execPath, [RUN, String(port)], { encoding: "utf8" });
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(`port ${port} is taken: .* make run PORT=${port + 1}`));
});

test("wrangler.toml alone, without `make run`, asks for keys", () => {
  // Only the command line of run.mjs turns them off: a deployment of this file would be closed.
  const files = ["wrangler.toml", "edge/release/wrangler.toml"].map((name) => readFileSync(join(ROOT, name), "utf8"));
  for (const text of files) assert.doesNotMatch(text, /^\s*AUTH\s*=/m);
});

test("it serves, says how to ask, and stops on Ctrl-C", { timeout: 120_000 }, async (t) => {
  const port = await freePort();
  const server = spawn(process.execPath, [RUN, String(port)], { cwd: ROOT });
  t.after(() => server.kill("SIGKILL"));
  let said = "";
  server.stderr.resume();
  for await (const text of server.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    said += text;
    if (said.includes("Ctrl-C")) break;
  }
  server.stdout.resume();
  const url = `http://127.0.0.1:${port}`;

  // It says that no key is asked, and so does what it serves.
  assert.match(said, /No key is asked here \(AUTH=off\)/);
  const { status, auth } = await (await fetch(`${url}/healthz`)).json();
  assert.deepEqual({ status, auth }, { status: "ok", auth: "off" });

  // The customer that it tells to paste is answered.
  const [, customer] = said.match(/-d '(\{.*\})'/);
  const ask = (body, query = "") =>
    fetch(`${url}/v1/segment${query}`, { method: "POST", headers: JSON_TYPE, body });
  assert.equal((await ask(customer)).status, 200);
  assert.equal(await (await ask(PLAIN.request, "?explain=true")).text(), PLAIN.reply);
  assert.equal(await (await ask(PLAIN.request)).text(), PLAIN.answer);
  assert.match(await (await fetch(url)).text(), /<title>Wedge/);
  // What the page loads for its own answers is there too, and is the same model.
  const model = Buffer.from(await (await fetch(`${url}/model.postcard`)).arrayBuffer());
  assert.ok(model.equals(readFileSync(join(ROOT, "edge/build/model.postcard"))));

  // A refused body, however long, does not cost the next customer an answer.
  for (let i = 0; i < 5; i += 1) {
    assert.equal((await ask(" ".repeat(400_000))).status, 413);
    assert.equal((await ask(PLAIN.request)).status, 200);
  }

  server.kill("SIGINT");
  const [code] = await once(server, "exit");
  assert.equal(code, 0);
  await assert.rejects(fetch(`${url}/healthz`));
});
