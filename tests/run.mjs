// What `make test` runs: every check and test of the project, cheapest first. A failure does not
// hide what comes after it. Ends in one plain line, `N passed, N failed`, and exits 1 when anything
// failed or nothing ran.

import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
// Tests compare with what is committed; they do not write it anew.
delete process.env.WEDGE_BLESS;
delete process.env.UPDATE_EXPECT;

const total = { passed: 0, failed: 0, tests: 0 };

/** Runs a command, showing what it prints and returning it with the exit code. */
async function show(command, args, env = {}) {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const [from, to] of [[child.stdout, process.stdout], [child.stderr, process.stderr]]) {
    from.setEncoding("utf8").on("data", (text) => {
      output += text;
      to.write(text);
    });
  }
  const ok = await new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`error: cannot start ${command}: ${error.message}`);
      resolve(false);
    });
    child.on("close", (code) => resolve(code === 0));
  });
  return { ok, output };
}

/** One line of the list: `work` says how much passed and failed. */
async function step(name, work) {
  console.log(`\n== ${name}`);
  const start = performance.now();
  const { passed, failed, tests = 0 } = await work();
  total.passed += passed;
  total.failed += failed;
  total.tests += tests;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`-- ${name}: ${passed} passed, ${failed} failed, ${seconds} s`);
  return failed === 0;
}

const one = (ok) => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1 });

/** A command that passes or fails as a whole. */
const check = (name, command, args, env) =>
  step(name, async () => one((await show(command, args, env)).ok));

/** Sums what `pattern` captures in every line it matches. */
const sum = (output, pattern) =>
  [...output.matchAll(pattern)].reduce((all, match) => all + Number(match[1]), 0);

/** A run of tests. One that fails without naming a failed test (it did not compile) is one failure. */
const tests = (name, command, args, passedPattern, failedPattern) =>
  step(name, async () => {
    const { ok, output } = await show(command, args);
    const passed = sum(output, passedPattern);
    const failed = sum(output, failedPattern);
    // A run that says nothing of its tests has not run them.
    const silent = !ok || passed + failed === 0;
    return { passed, failed: silent ? Math.max(failed, 1) : failed, tests: passed + failed };
  });

const cargoTests = (name, ...args) =>
  tests(
    name,
    "cargo",
    ["test", "--locked", "--workspace", "--no-fail-fast", ...args],
    /^test result: .*? (\d+) passed/gm,
    /^test result: .*? (\d+) failed/gm,
  );

/** Whether the files, each gzipped, stay below the limit together. */
const sizeLimit = (name, limit, files) =>
  step(`size of ${name}`, async () => {
    const missing = files.filter((file) => !existsSync(join(ROOT, file)));
    for (const file of missing) console.error(`error: ${file} is missing`);
    if (missing.length > 0) return one(false);
    const size = files.reduce(
      (all, file) => all + gzipSync(readFileSync(join(ROOT, file)), { level: 9 }).length,
      0,
    );
    console.log(`${(size / 1000).toFixed(1)} kB gzipped; the limit is ${limit / 1000} kB`);
    return one(size < limit);
  });

await check("format", "cargo", ["fmt", "--all", "--check", "--", "--color=never"]);
const clippy = (...args) => ["clippy", "--locked", ...args, "--", "-D", "warnings"];
await check("clippy", "cargo", clippy("--workspace", "--all-targets"));
// The code that meets the platforms is behind features; it compiles natively too.
const faces = clippy("-p", "edge", "--lib", "--all-features");
await check("clippy of the Worker and the package", "cargo", faces, { WASM_BINDGEN_USE_JS_SYS: "1" });
await check("docs", "cargo", ["doc", "--locked", "--workspace", "--no-deps"], {
  RUSTDOCFLAGS: "-Dwarnings",
});
await cargoTests("unit and integration tests", "--lib", "--bins", "--tests");
await cargoTests("doctests", "--doc");
await check("a minute of fuzzing", "make", ["--silent", "fuzz"]);

// Each is built on its own, so that one that fails does not hide the others.
let built = true;
for (const target of ["worker", "worker-panic", "package", "site"]) {
  built = (await check(`build of the ${target}`, "make", ["--silent", target])) && built;
}
// What an earlier build left behind proves nothing.
if (built) {
  await sizeLimit("the Worker", 250_000, [
    "edge/build/entry.js",
    "edge/build/index.js",
    "edge/build/index_bg.wasm",
  ]);
  // A quarter of it are trees, the reasons of predictions and playbooks.
  await sizeLimit("the browser package", 110_000, [
    "edge/pkg/web/wedge_predict.js",
    "edge/pkg/web/wedge_predict_bg.wasm",
  ]);
}

const files = readdirSync(join(ROOT, "tests/edge"))
  .filter((name) => name.endsWith(".test.mjs"))
  .map((name) => `tests/edge/${name}`);
if (!built || files.length === 0) {
  await step("end to end", async () => {
    console.error(built ? "error: no tests/edge/*.test.mjs" : "skipped, with the sizes: a build above failed");
    return one(false);
  });
} else {
  // One file at a time: each starts a Worker, and some a browser, and wait by the clock.
  await tests(
    "end to end",
    process.execPath,
    ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files],
    /^ℹ pass (\d+)/gm,
    /^ℹ (?:fail|cancelled) (\d+)/gm,
  );
  await tests(
    "schemathesis",
    process.execPath,
    ["tests/edge/schemathesis/run.mjs"],
    /^\d+ cases; (\d+) passed/gm,
    /^\d+ cases; \d+ passed, (\d+) failed/gm,
  );
}

console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed > 0 || total.tests === 0 ? 1 : 0;
