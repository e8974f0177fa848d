// Serves the built Worker and page locally, in workerd, through `wrangler dev`: what `make run`
// ends in. Ctrl-C stops it and everything it started.
//
//   node edge/toolchain/run.mjs PORT               serve (the model is built in already)
//   node edge/toolchain/run.mjs --check-port PORT  only say whether the port is free

import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const HOST = "127.0.0.1";

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}

function parsePort(text) {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    fail(`PORT is \`${text}\`; it must be a whole number from 1 to 65535`);
  }
  return port;
}

async function requireFreePort(port) {
  const error = await new Promise((resolve) => {
    const probe = createServer().once("error", resolve);
    probe.listen(port, HOST, () => probe.close(() => resolve(null)));
  });
  if (error?.code === "EADDRINUSE") {
    const other = port < 65535 ? port + 1 : port - 1;
    fail(`port ${port} is taken: stop what listens there or choose another: make run PORT=${other}`);
  }
  if (error) fail(`cannot listen on port ${port}: ${error.message}`);
}

/** The secret behind cache keys: without one the Worker does not cache. */
function createLocalSecret() {
  const file = join(ROOT, ".dev.vars");
  const known = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (!/^CACHE_SECRET=./m.test(known)) {
    appendFileSync(file, `CACHE_SECRET="${randomBytes(32).toString("hex")}"\n`, { mode: 0o600 });
  }
}

function startWrangler(port) {
  const env = {
    ...process.env,
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_LOG_PATH: join(ROOT, ".wrangler/logs"),
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
  };
  // wrangler runs `make` itself, which must not take itself for a part of the make that runs us.
  for (const name of ["MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"]) delete env[name];
  const args = ["dev", "--ip", HOST, "--port", String(port), "--log-level", "warn"];
  // Here and nowhere else, so that no deployment is open by mistake.
  args.push("--var", "AUTH:off");
  args.push("--show-interactive-dev-session=false");
  // A process group of its own: Ctrl-C reaches only us, and we stop the whole group in order.
  return spawn(join(ROOT, "node_modules/.bin/wrangler"), args, {
    cwd: ROOT,
    env,
    detached: true,
    stdio: ["ignore", "inherit", "inherit"],
  });
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
    return true;
  } catch {
    return false; // nothing of the group is left
  }
}

async function stop(child) {
  signalGroup(child, "SIGINT");
  for (let waited = 0; waited < 5000; waited += 50) {
    if (!signalGroup(child, 0)) return;
    await sleep(50);
  }
  signalGroup(child, "SIGKILL");
}

async function untilHealthy(address) {
  for (;;) {
    try {
      const reply = await fetch(`${address}/healthz`, { signal: AbortSignal.timeout(2000) });
      if (reply.ok) return;
    } catch {
      // not listening yet
    }
    await sleep(100);
  }
}

/** A customer that fits the model: the first example of every field of its schema. */
async function sampleCustomer(address) {
  const schema = await (await fetch(`${address}/v1/schema`)).json();
  const fields = Object.entries(schema.properties ?? {});
  return Object.fromEntries(
    fields.filter(([, field]) => field.examples?.length).map(([name, field]) => [name, field.examples[0]]),
  );
}

const shellQuoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

function welcome(address, customer) {
  return `
Wedge is answering at ${address}

  The page, where you can type a customer:   ${address}/
  What the model wants to know:              curl ${address}/v1/schema
  Ask about a customer (paste this):

    curl ${address}/v1/segment -H 'content-type: application/json' \\
      -d ${shellQuoted(JSON.stringify(customer))}

No key is asked here (AUTH=off): only this machine can reach it. A deployment asks for one: docs/deploy.md.

Press Ctrl-C to stop.
`;
}

async function serve(port) {
  await requireFreePort(port);
  createLocalSecret();
  const wrangler = startWrangler(port);

  let stopping = false;
  const stopWith = async (code) => {
    if (stopping) return;
    stopping = true;
    await stop(wrangler);
    process.exit(code);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stopWith(0));
  // Whoever ends make alone, with a signal that never reaches us, wants the server gone too.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && stopWith(0), 500).unref();
  wrangler.on("error", (error) => fail(`cannot start wrangler: ${error.message}`));
  wrangler.on("exit", () => {
    if (!stopping) console.error("error: wrangler has stopped; the reason is above");
    stopWith(1);
  });

  const address = `http://${HOST}:${port}`;
  const late = setTimeout(() => {
    console.error("error: the Worker does not answer /healthz after two minutes");
    stopWith(1);
  }, 120_000);
  await untilHealthy(address);
  clearTimeout(late);
  console.log(welcome(address, await sampleCustomer(address)));
}

const args = process.argv.slice(2);
if (args[0] === "--check-port") await requireFreePort(parsePort(args[1]));
else await serve(parsePort(args[0]));
