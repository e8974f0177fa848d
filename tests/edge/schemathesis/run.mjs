// Runs Schemathesis over /openapi.json against workerd: `make schemathesis`. CASES in all, at least, and SEEDS; two
// models, with and without keys. Ends in one line `N passed, N failed`, of runs, and exits 1 when any failed, or too
// few cases were made.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { cases as golden } from "../golden.mjs";
import { customerKey, newKey, ring, sealed } from "../keys.mjs";
import { MODELS, ROOT, startWorker } from "../support.mjs";

const HERE = join(ROOT, "tests/edge/schemathesis");
const PROGRAM = join(ROOT, ".tools/schemathesis/bin/schemathesis");
const CACHE_SECRET = "another secret of the tests, and of nothing else";
// The example in the description.
const CUSTOMER = "customer-4711";

const cases = Number(process.env.CASES ?? 1000);
const seeds = (process.env.SEEDS ?? "1").split(/[ ,]+/).map(Number);
const settings = [
  { model: "sample", auth: true },
  { model: "shop", auth: true },
  { model: "shop", auth: false },
  { model: "sample", auth: false },
];

/** Ends a program and says what it printed. */
function run(args) {
  return new Promise((resolve, reject) => {
    // Without the colours and the width of whoever looks.
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", COLUMNS: "120" };
    const child = spawn(PROGRAM, args, { cwd: HERE, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const from of [child.stdout, child.stderr]) {
      from.setEncoding("utf8").on("data", (text) => (output += text));
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** One run: how many cases there were, and whether all went well. */
async function look({ model, auth }, seed, maxExamples) {
  const undo = [];
  const t = { after: (work) => undo.push(work) };
  try {
    const key = newKey("scopes=predict,explain,batch tenant=shop");
    const bindings = { CACHE_SECRET, ...(auth ? ring(key) : { AUTH: "off" }) };
    const worker = await startWorker(t, {
      model: MODELS[model],
      bindings,
      options: {
        kvNamespaces: { CACHE: "cache", CUSTOMERS: "customers" },
        // A line of the log for each of thousands of requests would hide what is found.
        handleStructuredLogs: () => {},
      },
    });
    const [{ answer }] = golden(model, "accept");
    const kept = customerKey(CACHE_SECRET, auth ? "shop" : "", CUSTOMER);
    await (await worker.kv("CUSTOMERS")).put(kept, Uint8Array.from(sealed(CACHE_SECRET, kept, answer)));
    const args = [
      ...["--config-file", join(HERE, "schemathesis.toml"), "--no-color", "run", `${worker.url}/openapi.json`],
      ...["--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--mode", "all"],
      ...["--seed", seed, "--max-examples", maxExamples, "--generation-database", "none"],
      ...["--workers", 1],
      ...(auth ? ["--header", `Authorization: Bearer ${key.text}`] : []),
    ];
    const { code, output } = await run(args.map(String));
    const total = Number(/(\d+) generated/.exec(output)?.[1] ?? 0);
    if (code !== 0 || process.env.VERBOSE) console.log(output);
    return { ok: code === 0, total };
  } finally {
    while (undo.length > 0) await undo.pop()();
  }
}

if (!existsSync(PROGRAM)) {
  console.error("error: Schemathesis is not installed: run `edge/toolchain/setup.sh schemathesis`");
  process.exit(1);
}
const runs = seeds.flatMap((seed) => settings.map((setting) => ({ setting, seed })));
// An example of an operation makes about twenty cases in all; what the coverage phase makes comes on top.
const maxExamples = Math.max(1, Math.ceil(cases / runs.length / 20));
let [passed, failed, all] = [0, 0, 0];
for (const { setting, seed } of runs) {
  const start = performance.now();
  const { ok, total } = await look(setting, seed, maxExamples);
  all += total;
  if (ok) passed += 1;
  else failed += 1;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const keys = setting.auth ? "with keys" : "without keys";
  console.log(`${setting.model} ${keys}, seed ${seed}: ${total} cases, ${ok ? "ok" : "failed"}, ${seconds} s`);
}
if (all < cases) {
  console.error(`error: only ${all} cases of ${cases}`);
  failed += 1;
}
console.log(`${all} cases; ${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
