// Checks a release as far as this machine can, and uploads it: what `make deploy` ends in. The checks use no network.
//
//   node edge/toolchain/deploy.mjs FOLDER staging|production [--dry-run]
//
// KEY_SECRET, API_KEYS and CACHE_SECRET of the environment are tried where they are set, so that a key's line that
// cannot be read is found here; else throwaway ones. They are not uploaded: `wrangler secret put` does that.

import { spawnSync } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { Miniflare } from "miniflare";
import { unstable_readConfig } from "wrangler";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What is uploaded, and as which kind of module. */
const MODULES = {
  "entry.js": "ESModule",
  "index.js": "ESModule",
  "index_bg.wasm": "CompiledWasm",
  "model.postcard": "Data",
  "challenger.postcard": "Data",
};

/** The settings that edge/src/config.rs reads. Those in SECRETS may stand in no file. */
const SETTINGS = [
  "CACHE_MODE", "CACHE_TTL", "UNKNOWN_FIELDS", "BATCH_ROWS", "RATE_LIMIT_PERIOD", "CHALLENGER", "CHALLENGER_SHARE",
  "LOG", "AUTH", "API_KEYS", "KEY_SECRET", "CACHE_SECRET",
];
const SECRETS = ["API_KEYS", "KEY_SECRET", "CACHE_SECRET"];

// https://developers.cloudflare.com/workers/platform/limits/, 2026-11: 64 MiB on every plan. Until 2026 it was 3 MB
// (free) and 10 MB (paid) after gzip; an account may still be held to that, so more than the first is said.
const SURELY_TAKEN = 3_000_000;
const MOST_BYTES = 64 << 20;
const MOST_START_MS = 1000;
/** Of one variable or secret. */
const MOST_TEXT = 5_000;

/** As docs/deploy.md has it: newer ones want newer Node. */
const WRANGLER = "npx wrangler@4.86.0";

const problems = [];
const refuse = (what) => problems.push(what);
const say = (what) => console.log(`  ${what}`);

function stop() {
  for (const what of problems) console.error(`error: ${what}`);
  console.error("nothing was uploaded");
  process.exit(1);
}

/** What can be seen of the settings without starting anything. */
function checkSettings(config, folder, isDry) {
  for (const name of Object.keys(config.vars)) {
    if (SECRETS.includes(name)) refuse(`${name} is a secret: take it out of the file, and see docs/deploy.md`);
    else if (!SETTINGS.includes(name)) refuse(`${name} is no setting: docs/deploy.md lists them`);
  }
  const { AUTH, RATE_LIMIT_PERIOD: period = "60" } = config.vars;
  if (String(AUTH).toLowerCase() === "off") refuse("AUTH=off lets everybody ask: it is for one's own machine");
  for (const name of SECRETS) {
    if (Buffer.byteLength(process.env[name] ?? "") > MOST_TEXT) refuse(`${name} is longer than the platform's 5 kB`);
  }
  const { CHALLENGER: trial = "off" } = config.vars;
  const second = join(folder, "challenger.postcard");
  if (String(trial).toLowerCase() !== "off" && !(existsSync(second) && statSync(second).size > 0)) {
    refuse(`CHALLENGER=${trial} needs a second model: trainer embed FOLDER --challenger model-2/model.postcard`);
  }
  for (const { name, simple } of config.ratelimits) {
    if (name === "RATE_LIMIT" && String(simple.period) !== String(period)) {
      refuse(`RATE_LIMIT counts over ${simple.period} s: set RATE_LIMIT_PERIOD = "${simple.period}", for Retry-After`);
    }
  }
  if (config.observability?.logs?.invocation_logs !== false) {
    refuse("set invocation_logs = false: the platform's lines hold the ids in addresses, and headers");
  }
  for (const { binding, id } of config.kv_namespaces) {
    if (/^[0-9a-f]{32}$/.test(id)) continue;
    const what = `${binding} has no namespace's id: ${WRANGLER} kv namespace create ${id} prints one for wrangler.toml`;
    if (isDry) say(`still to do: ${what}`);
    else refuse(what);
  }
  const bound = [...config.kv_namespaces.map((kv) => kv.binding), ...config.ratelimits.map((limit) => limit.name)];
  for (const name of ["CACHE", "CUSTOMERS", "RATE_LIMIT"]) {
    if (!bound.includes(name)) say(`${name} is not bound: docs/deploy.md says what is then missing`);
  }
}

function wrangler(folder, ...args) {
  return spawnSync(join(ROOT, "node_modules/.bin/wrangler"), args, {
    cwd: folder,
    encoding: "utf8",
    stdio: args.includes("--dry-run") ? "pipe" : "inherit",
    env: { WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false", ...process.env },
  });
}

/** The modules as wrangler would upload them, in `out`. */
function bundle(folder, environment, out) {
  const { status, stderr } = wrangler(folder, "deploy", "--dry-run", "--outdir", out, "--env", environment);
  if (status !== 0) return refuse(`wrangler cannot read the release:\n${stderr}`);
  const found = readdirSync(out).filter((name) => name !== "README.md");
  for (const name of Object.keys(MODULES)) if (!found.includes(name)) refuse(`${name} would not be uploaded`);
  for (const name of found) if (!(name in MODULES)) refuse(`${name} would be uploaded: take it out`);
  if (problems.length > 0) return;
  const parts = found.map((name) => readFileSync(join(out, name)));
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const gzipped = gzipSync(Buffer.concat(parts)).length;
  say(`${found.length} modules, ${(bytes / 1000).toFixed(0)} kB, ${(gzipped / 1000).toFixed(0)} kB gzipped`);
  if (gzipped > SURELY_TAKEN) say("over 3 MB gzipped: an account that is held to the limits of before 2026 refuses it");
  if (bytes > MOST_BYTES) refuse("larger than 64 MiB");
}

/** A key that is good for this check only, and its line of API_KEYS; as shared/src/secret/key.rs makes them. */
function throwawayKey(secret) {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  const letters = (count) => Array.from(randomBytes(count), (byte) => alphabet[byte & 31]).join("");
  const [id, token] = [letters(10), letters(52)];
  const mac = createHmac("sha256", secret);
  for (const part of ["wedge api key 1", id, token]) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(part.length));
    mac.update(length).update(part);
  }
  return { key: `wk_${id}_${token}`, line: `${id} ${mac.digest("hex")} scopes=predict` };
}

/** workerd with modules; how long it took from nothing to its first answer, and what asks it. */
async function start(modules, options) {
  const started = performance.now();
  // Its lines for the log are nobody's here.
  const handleRuntimeStdio = (out, error) => [out.resume(), error.pipe(process.stderr)];
  const miniflare = new Miniflare({ modules, host: "127.0.0.1", port: 0, cf: false, handleRuntimeStdio, ...options });
  const url = await miniflare.ready;
  const health = await fetch(new URL("/healthz", url));
  const text = await health.text();
  return { miniflare, url, health, text, ms: performance.now() - started };
}

/** Which of the environment's secrets were tried: a line of API_KEYS that cannot be read is found only then. */
function saySecrets() {
  const { API_KEYS = "" } = process.env;
  const count = API_KEYS.split("\n").filter((line) => /^\s*[^\s#]/.test(line)).length;
  const known = { KEY_SECRET: "KEY_SECRET", CACHE_SECRET: "CACHE_SECRET", API_KEYS: `API_KEYS (${count} ${count === 1 ? "key" : "keys"})` };
  const [tried, others] = [true, false].map((is) => Object.keys(known).filter((name) => is === Boolean(process.env[name])));
  if (tried.length > 0) say(`secrets tried: ${tried.map((name) => known[name]).join(", ")}`);
  if (others.length > 0) say(`throwaway ${others.join(", ")}: yours were not tried`);
}

async function tryOut(config, out) {
  const random = () => randomBytes(32).toString("hex");
  const { API_KEYS = "" } = process.env;
  const [KEY_SECRET, CACHE_SECRET] = [process.env.KEY_SECRET || random(), process.env.CACHE_SECRET || random()];
  const { key, line } = throwawayKey(KEY_SECRET);
  const modules = Object.entries(MODULES).map(([name, type]) => ({ type, path: join(out, name) }));
  const options = {
    modulesRoot: out,
    compatibilityDate: config.compatibility_date,
    kvNamespaces: config.kv_namespaces.map((kv) => kv.binding),
    ratelimits: Object.fromEntries(config.ratelimits.map(({ name, simple }) => [name, { simple }])),
    analyticsEngineDatasets: Object.fromEntries(
      config.analytics_engine_datasets.map(({ binding, dataset }) => [binding, { dataset }]),
    ),
    bindings: { ...config.vars, KEY_SECRET, CACHE_SECRET, API_KEYS: `${API_KEYS.trimEnd()}\n${line}` },
  };
  const contents = "export default { fetch: () => new Response() };";
  const empty = [{ type: "ESModule", path: join(out, "empty.js"), contents }];
  // What a Worker adds to the platform's own start; the best of three, for the machine has other things to do.
  let startMs = Infinity;
  let running;
  for (let i = 0; i < 3; i += 1) {
    const plain = await start(empty, { modulesRoot: out, compatibilityDate: config.compatibility_date });
    await plain.miniflare.dispose();
    await running?.miniflare.dispose();
    running = await start(modules, options);
    startMs = Math.min(startMs, Math.max(0, running.ms - plain.ms));
  }
  const { miniflare, url, health, text } = running;
  try {
    const { status } = JSON.parse(text);
    if (health.status !== 200 || status !== "ok") return refuse(`GET /healthz answers ${health.status}: ${text}`);
    say(`GET /healthz: ${text}`);
    saySecrets();
    say(`first answer ${startMs.toFixed(0)} ms after an empty Worker's; the limit of start-up is ${MOST_START_MS} ms`);
    if (startMs > MOST_START_MS) refuse("it starts too slowly");

    const schema = await (await fetch(new URL("/v1/schema", url))).json();
    const fields = Object.entries(schema.properties ?? {}).filter(([, field]) => field.examples?.length);
    const body = JSON.stringify(Object.fromEntries(fields.map(([name, field]) => [name, field.examples[0]])));
    const ask = (authorization) =>
      fetch(new URL("/v1/segment", url), {
        method: "POST",
        headers: { "content-type": "application/json", ...(authorization && { authorization }) },
        body,
      });
    const answer = await ask(`Bearer ${key}`);
    const said = await answer.text();
    if (answer.status !== 200) refuse(`POST /v1/segment answers ${answer.status}: ${said}`);
    else say(`POST /v1/segment with a key: 200, ${said.length} bytes`);
    const stranger = await ask();
    if (stranger.status !== 401) refuse(`POST /v1/segment without a key answers ${stranger.status}, not 401`);
    else say("POST /v1/segment without a key: 401");
  } finally {
    await miniflare.dispose();
  }
}

const args = process.argv.slice(2);
const isDry = args.includes("--dry-run");
const [given, environment] = args.filter((arg) => arg !== "--dry-run");
if (!["staging", "production"].includes(environment)) {
  refuse("name the environment: make deploy ENV=staging, or ENV=production");
  stop();
}
const folder = resolve(given);
const settings = join(folder, "wrangler.toml");
if (!existsSync(settings)) {
  refuse(`${given} is no release, for it has no wrangler.toml: \`make release RELEASE=${given}\` makes one`);
  stop();
}
let config;
try {
  config = unstable_readConfig({ config: settings, env: environment });
} catch (error) {
  refuse(`wrangler cannot read ${settings}: ${error.message}`);
  stop();
}
console.log(`${basename(folder)} for ${environment}:`);
checkSettings(config, folder, isDry);
if (problems.length > 0) stop();
const out = mkdtempSync(join(tmpdir(), "wedge-upload-"));
try {
  bundle(folder, environment, out);
  if (problems.length === 0) await tryOut(config, out);
} finally {
  rmSync(out, { recursive: true, force: true });
}
if (problems.length > 0) stop();
if (isDry) {
  console.log("all that can be checked here is well; nothing was uploaded (DRY_RUN)");
} else {
  const { status } = wrangler(folder, "deploy", "--env", environment);
  if (status !== 0) process.exit(1);
  console.log(`Now ask its /healthz, which names what is missing: the secrets are set with
  ${WRANGLER} secret put KEY_SECRET --env ${environment}     (and CACHE_SECRET, and API_KEYS < api-keys.txt)`);
}
