// A release: the folder that is deployed without Rust. Nothing here uses a network: wrangler packs, workerd answers.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { cases } from "./golden.mjs";
import { KEY_SECRET, newKey } from "./keys.mjs";
import { MODELS, ROOT, startWorker, temporaryFolder } from "./support.mjs";

const UPLOADED = ["challenger.postcard", "entry.js", "index.js", "index_bg.wasm", "model.postcard"];
const OFFLINE = { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_HIDE_BANNER: "true" };
const [PLAIN] = cases("sample", "accept").filter(({ name }) => name === "plain");

function run(command, args, { cwd = ROOT, env = {} } = {}) {
  // No account, and none of this shell's settings.
  const { KEY_SECRET, API_KEYS, CACHE_SECRET, CLOUDFLARE_API_TOKEN, ...rest } = process.env;
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...rest, ...OFFLINE, ...env },
  });
  return { status, stdout, stderr, said: stdout + stderr };
}

const wrangler = (cwd, ...args) => run(join(ROOT, "node_modules/.bin/wrangler"), args, { cwd });
const deploy = (folder, environment, { dry = true, env } = {}) =>
  run(process.execPath, ["edge/toolchain/deploy.mjs", folder, environment, ...(dry ? ["--dry-run"] : [])], { env });

const assemble = (folder, model = "") => {
  const { status, said } = run("edge/toolchain/release.sh", [], { env: { RELEASE: folder, MODEL: model } });
  assert.equal(status, 0, said);
};

let assembled;
after(() => assembled && rmSync(assembled, { recursive: true }));

/** A release as `make release` assembles it. */
async function release(t) {
  if (!assembled) assemble((assembled = mkdtempSync(join(tmpdir(), "wedge-release-"))));
  const folder = join(await temporaryFolder(t), "worker");
  cpSync(assembled, folder, { recursive: true });
  return folder;
}

/** Changes a file of a release. */
function edit(folder, name, from, to) {
  const before = readFileSync(join(folder, name), "utf8");
  const after = before.replace(from, to);
  assert.notEqual(after, before, `${name} has ${from}`);
  writeFileSync(join(folder, name), after);
}

test("a release is whole, and both environments upload exactly its modules", async (t) => {
  const folder = await release(t);
  const others = ["LICENSE-APACHE", "LICENSE-MIT", "LICENSES-THIRD-PARTY", "README.md", "wrangler.toml"];
  assert.deepEqual(readdirSync(folder).sort(), [...UPLOADED, ...others].sort());
  assert.equal(readFileSync(join(folder, "challenger.postcard")).length, 0);
  // What `trainer embed` leaves for a way back is no part of the upload.
  cpSync(join(folder, "model.postcard"), join(folder, "previous.postcard"));
  for (const environment of ["staging", "production"]) {
    const out = join(folder, "..", environment);
    const { status, said, stderr } = wrangler(folder, "deploy", "--dry-run", "--outdir", out, "--env", environment);
    assert.equal(status, 0, said);
    assert.equal(stderr.trim(), "", "wrangler warns of nothing");
    const uploaded = readdirSync(out).filter((name) => name !== "README.md");
    assert.deepEqual(uploaded.sort(), UPLOADED);
    for (const name of UPLOADED) {
      assert.ok(readFileSync(join(out, name)).equals(readFileSync(join(folder, name))), `${name} is as it was`);
    }
    for (const name of ["CACHE", "CUSTOMERS", "RATE_LIMIT", "COUNTERS"]) {
      assert.ok(said.includes(`env.${name} `), name);
    }
    assert.ok(said.includes(environment === "staging" ? "(wedge_staging)" : "(wedge)"), said);
  }
});

test("the local wrangler.toml packs entry, wasm and both models", async (t) => {
  const out = join(await temporaryFolder(t), "out");
  const { status, said } = wrangler(ROOT, "deploy", "--dry-run", "--outdir", out);
  assert.equal(status, 0, said);
  const names = readdirSync(out).map((name) => name.replace(/^[0-9a-f]{40}-/, ""));
  for (const name of ["entry.js", "index_bg.wasm", "model.postcard", "challenger.postcard"]) {
    assert.ok(names.includes(name), `${name} of ${names}`);
  }
});

test("assembling again keeps the models that were put in", async (t) => {
  const folder = await release(t);
  cpSync(join(ROOT, MODELS.shop), join(folder, "model.postcard"));
  cpSync(join(ROOT, MODELS.excerpt), join(folder, "challenger.postcard"));
  assemble(folder);
  assert.ok(readFileSync(join(folder, "model.postcard")).equals(readFileSync(join(ROOT, MODELS.shop))));
  assert.ok(readFileSync(join(folder, "challenger.postcard")).equals(readFileSync(join(ROOT, MODELS.excerpt))));
  // Settings too, and it is said.
  edit(folder, "wrangler.toml", 'CACHE_TTL = "3600"', 'CACHE_TTL = "600"');
  const settings = readFileSync(join(folder, "wrangler.toml"), "utf8");
  const { said } = run("edge/toolchain/release.sh", [], { env: { RELEASE: folder } });
  assert.match(said, /kept .*wrangler\.toml, which differs from edge\/release\/wrangler\.toml/);
  assert.equal(readFileSync(join(folder, "wrangler.toml"), "utf8"), settings);
  // Unless another is named.
  assemble(folder, MODELS.excerpt);
  assert.ok(readFileSync(join(folder, "model.postcard")).equals(readFileSync(join(ROOT, MODELS.excerpt))));
});

test("every crate in the wasm is named with its licence, in the release and in the package", async (t) => {
  const folder = await release(t);
  for (const [file, feature] of [
    [join(folder, "LICENSES-THIRD-PARTY"), "worker"],
    [join(ROOT, "edge/pkg/LICENSES-THIRD-PARTY"), "browser"],
  ]) {
    const text = readFileSync(file, "utf8");
    const tree = ["tree", "--locked", "-p", "edge", "-F", feature, "--target", "wasm32-unknown-unknown"];
    const { stdout } = run("cargo", [...tree, "-e", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}|{l}"]);
    const crates = [...stdout.matchAll(/^(\S+) v(\S+)\|(.+?)(?: \(\*\))?$/gm)];
    assert.ok(crates.length > 30, `${crates.length}`);
    for (const [, name, version, license] of crates) {
      const named = `\n${name} ${version} (${license})\n`;
      assert.ok(text.includes(named), named);
    }
    assert.ok(!text.includes(ROOT), "no folder of whoever built it");
  }
});

const MINUTES = 60_000;

test("`make deploy` checks a release by running it", { timeout: 10 * MINUTES }, async (t) => {
  const folder = join(await temporaryFolder(t), "worker");
  const make = ["--no-print-directory", "deploy", `RELEASE=${folder}`, "ENV=production", "DRY_RUN=1"];
  // make's own variables would make this one a part of the make that runs the tests.
  const { status, said } = run("make", make, { env: { MAKEFLAGS: "", MAKELEVEL: "" } });
  assert.equal(status, 0, said);
  assert.match(said, /5 modules, \d+ kB, \d+ kB gzipped/);
  assert.match(said, /GET \/healthz: \{"status":"ok"[^\n]*"auth":"on","cache":"kv"/);
  assert.match(said, /first answer \d+ ms after an empty Worker's/);
  assert.match(said, /throwaway KEY_SECRET, CACHE_SECRET, API_KEYS: yours were not tried/);
  assert.match(said, /with a key: 200/);
  assert.match(said, /without a key: 401/);
  assert.match(said, /still to do: CACHE has no namespace's id/);
  assert.match(said, /nothing was uploaded \(DRY_RUN\)/);
});

test("a release that would be open, unusable or not as documented is refused, and nothing is uploaded", async (t) => {
  const refused = async (edits, ...expected) => {
    const folder = await release(t);
    writeFileSync(join(folder, "other.js"), "export {};");
    for (const [from, to] of edits) edit(folder, "wrangler.toml", from, to);
    const { status, said } = deploy(folder, "staging");
    assert.equal(status, 1, said);
    for (const what of [...expected, /nothing was uploaded/]) assert.match(said, what);
  };
  const vars = 'CACHE_TTL = "3600"';
  // All at once.
  await refused(
    [
      [vars, 'AUTH = "off"\nKEY_SECRET = "0123456789abcdef"\nCACHE_TLL = "3600"'],
      ["limit = 600, period = 60", "limit = 600, period = 10"],
      ["invocation_logs = false", "invocation_logs = true"],
    ],
    /AUTH=off lets everybody ask/,
    /KEY_SECRET is a secret/,
    /CACHE_TLL is no setting/,
    /set RATE_LIMIT_PERIOD = "10"/,
    /set invocation_logs = false/,
  );
  await refused([['"index.js"]', '"index.js", "other.js"]']], /other\.js would be uploaded/);
  await refused([[', "challenger.postcard"]', "]"]], /challenger\.postcard would not be uploaded/);
  await refused([[vars, 'CHALLENGER = "shadow"']], /CHALLENGER=shadow needs a second model/);
  await refused([[vars, 'CACHE_TTL = "1"']], /answers 503: .*CACHE_TTL: set it to seconds/);

  const folder = await release(t);
  const [bytes, path] = [readFileSync(join(folder, "model.postcard")), join(folder, "model.postcard")];
  bytes[100] ^= 1;
  writeFileSync(path, bytes);
  assert.match(deploy(folder, "staging").said, /healthz answers 503: .*model\.postcard/);
  assert.match(deploy(folder, "nowhere").said, /ENV=staging, or ENV=production/);
  const { status, said } = run("make", ["--no-print-directory", "deploy"], { env: { MAKEFLAGS: "", MAKELEVEL: "" } });
  assert.notEqual(status, 0);
  assert.match(said, /^error: name the environment/, "before anything is built");
  assert.match(deploy(join(folder, "nothing"), "staging").said, /is no release, for it has no wrangler\.toml/);
  writeFileSync(join(folder, "wrangler.toml"), "name = ");
  assert.match(deploy(folder, "staging").said, /wrangler cannot read/);
});

test("without its stores' ids, and with keys that cannot be read, nothing is uploaded", async (t) => {
  const folder = await release(t);
  const { status, said } = deploy(folder, "production", { dry: false });
  assert.equal(status, 1, said);
  assert.match(said, /CACHE has no namespace's id: npx wrangler@4\.86\.0 kv namespace create wedge-production-cache/);
  const broken = deploy(folder, "production", { env: { API_KEYS: "abc", KEY_SECRET: "0123456789abcdef" } });
  assert.match(broken.said, /healthz answers 503: .*API_KEYS: line 1/);
  const env = { API_KEYS: `# ours\n${newKey().line}\n`, KEY_SECRET };
  assert.match(deploy(folder, "production", { env }).said, /secrets tried: KEY_SECRET, API_KEYS \(1 key\)/);
  const long = deploy(folder, "production", { env: { API_KEYS: "#".repeat(5001), KEY_SECRET: "0123456789abcdef" } });
  assert.match(long.said, /API_KEYS is longer than the platform's 5 kB/);
});

test("`trainer embed` puts a model into a release, and takes it back", { timeout: 10 * MINUTES }, async (t) => {
  const folder = await release(t);
  const trainer = (...args) => {
    const cargo = ["run", "--quiet", "--locked", "-p", "trainer", "--", ...args];
    const { status, stdout, said } = run("cargo", cargo);
    assert.equal(status, 0, said);
    return stdout;
  };
  const answered = async () => {
    const read = (name) => readFileSync(join(folder, name));
    const worker = await startWorker(t, { model: read("model.postcard"), challenger: read("challenger.postcard") });
    const { model } = await (await worker.fetch("/healthz")).json();
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: PLAIN.request };
    const { status } = await worker.fetch("/v1/segment", init);
    await worker.stop();
    return { model, status };
  };
  const before = await answered();
  assert.equal(before.status, 200);
  const { model } = JSON.parse(trainer("embed", MODELS.shop, folder, "--json"));
  // Another shop's model: it has another id, and does not know this customer's columns.
  assert.deepEqual(await answered(), { model: model.id, status: 422 });
  assert.notEqual(model.id, before.model);
  const { said } = deploy(folder, "staging");
  assert.ok(said.includes(`"model":"${model.id}"`), said);
  trainer("embed", folder, "--rollback");
  assert.deepEqual(await answered(), before);
});

test("the settings that are documented are those that the Worker reads, and that `make deploy` knows", () => {
  const read = (path) => readFileSync(join(ROOT, path), "utf8");
  const known = new Set([...read("edge/src/config.rs").matchAll(/(?:one_of|parsed|text)\(\s*"([A-Z_]+)"/g)].map(([, name]) => name));
  assert.ok(known.size >= 11, [...known].join(" "));
  const rows = read("docs/deploy.md").matchAll(/^\| `([A-Z_]+)` \| (?:secret|variable)/gm);
  const table = new Set([...rows].map(([, name]) => name));
  const list = read("edge/toolchain/deploy.mjs").match(/const SETTINGS = \[([^\]]*)\]/)[1];
  const checked = new Set([...list.matchAll(/"([A-Z_]+)"/g)].map(([, name]) => name));
  assert.deepEqual([...table].sort(), [...known].sort());
  assert.deepEqual([...checked].sort(), [...known].sort());
  const slugs = [...read("edge/src/problem.rs").matchAll(/\(\d{3}, "([a-z0-9-]+)"/g)].map(([, slug]) => slug);
  const statuses = read("docs/deploy.md").split("## What a status means")[1];
  const silent = new Set(["method-not-allowed", "unsupported-media-type"]); // told by their status alone
  for (const slug of slugs) assert.ok(silent.has(slug) || statuses.includes(`\`${slug}\``), slug);
});
