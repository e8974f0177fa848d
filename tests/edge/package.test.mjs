// The npm package in Node: the same cases, as text to the byte and as objects to the bit.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { MODELS, asObject, cases, modelBytes } from "./golden.mjs";
import { ROOT, temporaryFolder } from "./support.mjs";

const require = createRequire(import.meta.url);
const { Predictor } = require(join(ROOT, "edge/pkg/nodejs/wedge_predict.js"));

/** What a call throws. */
function thrown(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

for (const model of Object.keys(MODELS)) {
  const predictor = Predictor.load(modelBytes(model));

  test(`${model}: every accepted case gets its reply, as text and as an object`, () => {
    for (const golden of cases(model, "accept")) {
      assert.equal(predictor.recommendJson(golden.text), golden.reply, golden.name);
      // deepStrictEqual compares numbers by Object.is.
      assert.deepStrictEqual(predictor.recommend(asObject(golden)), JSON.parse(golden.reply), golden.name);
    }
  });

  test(`${model}: every rejected case throws its problem`, () => {
    let asObjects = 0;
    for (const golden of cases(model, "reject")) {
      if (golden.text === undefined) continue;
      const calls = [() => predictor.recommendJson(golden.text)];
      const object = asObject(golden);
      if (object !== undefined) calls.push(() => predictor.recommend(object));
      asObjects += calls.length - 1;
      for (const call of calls) {
        const error = thrown(call);
        assert.ok(error instanceof Error, golden.name);
        const { problem } = golden.reply;
        assert.deepEqual(error.problem, problem, golden.name);
        assert.equal(error.message, `${problem.title}: ${problem.detail}`);
      }
    }
    assert.ok(asObjects > 5, `${asObjects} cases as objects`);
  });

  test(`${model}: schema and model card name the model that answers`, () => {
    const [{ reply }] = cases(model, "accept");
    assert.equal(predictor.model.model, JSON.parse(reply).model);
    assert.equal(predictor.schema.$id, `urn:wedge:model:${predictor.model.model}`);
    const { properties } = predictor.schema;
    const examples = Object.entries(properties).map(([name, { examples: [first] }]) => [name, first]);
    assert.equal(predictor.recommend(Object.fromEntries(examples)).model, predictor.model.model);
  });
}

test("columns with a word that the model does not know are told", () => {
  const predictor = Predictor.load(modelBytes("shop"));
  const customer = (name) => asObject(cases("shop", "accept").find((known) => known.name === name));
  assert.deepEqual(predictor.unknownWords(customer("a-word-never-seen")), ["plan"]);
  assert.deepEqual(predictor.unknownWords(customer("a-number-never-seen")), ["plan"]);
  assert.deepEqual(predictor.unknownWords(customer("plain")), []);
  assert.equal(thrown(() => predictor.unknownWords({})).problem.status, 422);
});

test("the model card tells of dates, bounds, words for missing and protected attributes", () => {
  const { as_of, sensitive, columns } = Predictor.load(modelBytes("shop")).model;
  assert.equal(as_of, "2024-03-01");
  assert.deepEqual(sensitive, ["age"]);
  assert.deepEqual(columns.slice(0, 2), [
    {
      name: "age",
      kind: "numeric",
      optional: true,
      minimum: 0,
      maximum: 120,
      missing: ["-1", "999"],
      sensitive: "age",
    },
    { name: "joined", kind: "date", optional: true, missing: ["1900-01-01"] },
  ]);
  assert.equal(Predictor.load(modelBytes("sample")).model.as_of, undefined);
});

test("what is not a customer object is refused as the Worker would", () => {
  const predictor = Predictor.load(modelBytes("sample"));
  for (const value of [undefined, null, 7, "customer", true, [], [{}], () => ({}), Symbol("s"), 7n]) {
    assert.equal(thrown(() => predictor.recommend(value)).problem.type, "/problems/not-an-object");
  }
});

test("JavaScript's own values mean what their JSON would mean, or are refused", () => {
  const predictor = Predictor.load(modelBytes("sample"));
  const good = JSON.parse(cases("sample", "accept").find(({ name }) => name === "plain").text);
  const codes = (change) => {
    const { errors } = thrown(() => predictor.recommend({ ...good, ...change })).problem;
    return errors.map(({ pointer, code }) => `${pointer} ${code}`);
  };
  assert.deepEqual(codes({ frequency: NaN }), ["/frequency out-of-bounds"]);
  assert.deepEqual(codes({ frequency: -Infinity }), ["/frequency out-of-bounds"]);
  assert.deepEqual(codes({ frequency: undefined }), ["/frequency missing"]);
  assert.deepEqual(codes({ frequency: 3n }), ["/frequency nested"]);
  assert.deepEqual(codes({ frequency: new Date(0) }), ["/frequency nested"]);
  assert.deepEqual(codes({ frequency: () => 3 }), ["/frequency nested"]);
  // Only own enumerable properties count, as in JSON.stringify.
  const inherited = Object.create(good);
  assert.equal(thrown(() => predictor.recommend(inherited)).problem.errors.length, 6);
  assert.deepStrictEqual(
    predictor.recommend({ ...good, [Symbol("s")]: 1, extra: { deep: [1] } }),
    predictor.recommend(good),
  );
});

test("an error of the caller's own code comes back unchanged, and harms nothing", () => {
  const predictor = Predictor.load(modelBytes("sample"));
  const [{ text, reply }] = cases("sample", "accept");
  const own = new Error("the caller's");
  const trap = { get frequency() { throw own; } };
  assert.equal(thrown(() => predictor.recommend(trap)), own);
  assert.equal(predictor.recommendJson(text), reply);
  predictor.free();
});

test("what is not an artifact is refused with the reason", () => {
  const bytes = modelBytes("sample");
  const damaged = Buffer.from(bytes);
  damaged[damaged.length - 1] ^= 1;
  const refusals = [
    [new Uint8Array(), /not a Wedge artifact/],
    [Buffer.from("id,age\n1,2\n"), /not a Wedge artifact/],
    [bytes.subarray(0, 100), /cut short/],
    [damaged, /digest does not match/],
  ];
  for (const [garbage, reason] of refusals) {
    const error = thrown(() => Predictor.load(garbage));
    assert.ok(error instanceof Error);
    assert.match(error.message, reason);
  }
});

test("it is found by its name, as a module and as CommonJS, and the README's lines run", async (t) => {
  const folder = await temporaryFolder(t);
  mkdirSync(join(folder, "node_modules"));
  cpSync(join(ROOT, "edge/pkg"), join(folder, "node_modules/wedge-predict"), { recursive: true });
  const use = `const predictor = Predictor.load(require("node:fs").readFileSync(process.argv[2]));
    console.log(predictor.recommendJson(process.argv[3]));`;
  const files = {
    "module.mjs": `import init, { Predictor } from "wedge-predict";
      import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
      const require = createRequire(import.meta.url);
      await init(); ${use}`,
    "common.cjs": `const { Predictor } = require("wedge-predict"); ${use}`,
  };
  const [{ text, reply }] = cases("sample", "accept");
  for (const [name, program] of Object.entries(files)) {
    writeFileSync(join(folder, name), program);
    const args = [join(folder, name), join(ROOT, MODELS.sample), text];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    assert.equal(stdout, `${reply}\n`, `${name}: ${stderr}`);
  }
});

test("an ArrayBuffer is as good as a Uint8Array; anything else is refused in words", () => {
  const bytes = modelBytes("sample");
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const predictor = Predictor.load(buffer);
  assert.equal(predictor.model.model, Predictor.load(bytes).model.model);
  for (const wrong of [undefined, null, 7, "text", {}, [1, 2], new DataView(buffer)]) {
    assert.match(thrown(() => Predictor.load(wrong)).message, /Uint8Array or an ArrayBuffer/);
  }
  for (const wrong of [undefined, 7, {}, []]) {
    assert.match(thrown(() => predictor.recommendJson(wrong)).message, /give JSON text/);
  }
});
