// The package in Chromium, and the page that is built on it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { MODELS, asObject, cases, modelBytes } from "./golden.mjs";
import { openPage, startWorker } from "./support.mjs";

/** The page, once its model is loaded; with `model`, another than its own. */
async function openForm(t, { model } = {}) {
  const worker = await startWorker(t);
  const page = await openPage(t, "about:blank");
  if (model) {
    await page.route("**/model.postcard", (route) => route.fulfill({ body: modelBytes(model) }));
  }
  await page.goto(worker.url);
  await page.waitForSelector("#compute:enabled");
  return page;
}

const field = (page, name) => page.locator(`[data-field="${name}"]`);

/** Fills the form with a golden case and returns the case. */
async function fill(page, model, name) {
  const golden = cases(model, "accept").find((known) => known.name === name);
  for (const [key, value] of Object.entries(JSON.parse(golden.text))) {
    const input = field(page, key);
    const isSelect = await input.evaluate(({ tagName }) => tagName === "SELECT");
    await (isSelect ? input.selectOption(String(value)) : input.fill(String(value)));
  }
  return JSON.parse(golden.reply);
}

test("the web build answers every case as the other faces do", async (t) => {
  const page = await openForm(t);
  for (const model of Object.keys(MODELS)) {
    const accepted = cases(model, "accept");
    const rejected = cases(model, "reject").filter(({ text }) => text !== undefined);
    const given = {
      bytes: [...modelBytes(model)],
      accept: accepted.map(({ text }) => text),
      reject: rejected.map((golden) => ({ text: golden.text, asObject: asObject(golden) !== undefined })),
    };
    const found = await page.evaluate(async ({ bytes, accept, reject }) => {
      const { default: init, Predictor } = await import("/pkg/wedge_predict.js");
      await init();
      const predictor = Predictor.load(new Uint8Array(bytes));
      const sameBits = (a, b) =>
        typeof a === "object" && a !== null
          ? Object.keys(a).join() === Object.keys(b).join() && Object.keys(a).every((k) => sameBits(a[k], b[k]))
          : Object.is(a, b);
      const thrown = (call) => {
        try {
          return { returned: call() };
        } catch (error) {
          return { isError: error instanceof Error, message: error.message, problem: error.problem };
        }
      };
      return {
        schema: predictor.schema.$id,
        accept: accept.map((text) => {
          const reply = predictor.recommendJson(text);
          return { reply, same: sameBits(predictor.recommend(JSON.parse(text)), JSON.parse(reply)) };
        }),
        reject: reject.map(({ text, asObject }) => [
          thrown(() => predictor.recommendJson(text)),
          ...(asObject ? [thrown(() => predictor.recommend(JSON.parse(text)))] : []),
        ]),
        garbage: thrown(() => Predictor.load(new Uint8Array([1, 2, 3]))),
      };
    }, given);
    accepted.forEach(({ name, reply }, i) => {
      assert.deepEqual(found.accept[i], { reply, same: true }, `${model}/${name}`);
    });
    rejected.forEach(({ name, reply: { problem } }, i) => {
      for (const error of found.reject[i]) {
        const message = `${problem.title}: ${problem.detail}`;
        assert.deepEqual(error, { isError: true, message, problem }, `${model}/${name}`);
      }
    });
    assert.match(found.schema, /^urn:wedge:model:[0-9a-f]{64}$/);
    assert.match(found.garbage.message, /not a Wedge artifact/);
  }
  assert.deepEqual(page.problems, []);
});

test("the page answers here, then asks the Worker, and both say the same", async (t) => {
  const page = await openForm(t);
  const reply = await fill(page, "sample", "a-loyal-customer");
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.click("#compute");
  const here = page.locator("#browser");
  await here.getByText(reply.segment.name, { exact: true }).waitFor();
  const shown = await here.innerText();
  assert.ok(shown.includes("Expected future spend:"), shown);
  for (const { title, text } of reply.recommendations) {
    assert.ok(shown.includes(title) && shown.includes(text), shown);
  }
  assert.deepEqual(requests, [], "nothing may leave the page for an answer here");

  await page.click("#ask");
  const worker = page.locator("#worker");
  await worker.getByText("kv; fwd=miss").waitFor();
  assert.match(await worker.innerText(), /Same bytes as here\?\s+yes/);
  assert.ok((await worker.innerText()).includes(reply.segment.name));
  assert.equal(requests.length, 1);
  assert.deepEqual(page.problems, []);
});

test("keyboard alone is enough", async (t) => {
  const page = await openForm(t);
  await field(page, "recency_days").focus();
  await page.keyboard.press("Enter");
  await page.locator("#browser .segment").waitFor();
  await page.locator("#compute").focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.locator("#worker .segment").waitFor();
  assert.deepEqual(page.problems, []);
});

test("what is wrong is said at its field, and is gone once it is right", async (t) => {
  const page = await openForm(t);
  await field(page, "frequency").fill("");
  await field(page, "total_amount").fill("1e16");
  await page.click("#compute");
  const saidAt = async (name) => {
    const id = await field(page, name).getAttribute("aria-describedby");
    return page.locator(`[id="${id}"]`).innerText();
  };
  const invalid = page.locator("[aria-invalid=true]");
  await invalid.first().waitFor();
  assert.equal(await invalid.count(), 2);
  assert.match(await saidAt("frequency"), /needed: a number between/);
  assert.match(await saidAt("total_amount"), /Expected: a number between/);
  assert.equal(await saidAt("mean_amount"), "");
  assert.match(await page.locator("#form-error").innerText(), /correct the fields/);
  assert.ok(await field(page, "frequency").evaluate((input) => input === document.activeElement));
  assert.equal(await page.locator("#browser .segment").count(), 0);

  await field(page, "frequency").fill("3");
  await field(page, "total_amount").fill("99.5");
  await page.click("#compute");
  await page.locator("#browser .segment").waitFor();
  assert.equal(await invalid.count(), 0);
  assert.equal(await page.locator("#form-error").innerText(), "");
  assert.deepEqual(page.problems, []);
});

test("a model of other columns makes another form: choices, words, fields that may be missing", async (t) => {
  const page = await openForm(t, { model: "excerpt" });
  const tag = (name) => field(page, name).evaluate(({ tagName, type }) => `${tagName} ${type}`);
  assert.equal(await tag("Spending_Score"), "SELECT select-one");
  assert.equal(await tag("Ever_Married"), "SELECT select-one");
  assert.equal(await tag("Age"), "INPUT number");
  assert.equal(await tag("Profession"), "SELECT select-one");
  const reply = await fill(page, "excerpt", "plain");
  await page.click("#compute");
  await page.locator("#browser").getByText(reply.segment.name, { exact: true }).waitFor();
  const [{ value, probabilities }] = reply.predictions;
  assert.match(await page.locator("#browser .prediction").innerText(), new RegExp(`: ${value}$`));
  const bars = page.locator("#browser meter");
  assert.equal(await bars.count(), Object.keys(probabilities).length);
  assert.equal(await bars.first().evaluate((bar) => bar.value), Object.values(probabilities)[0]);

  await field(page, "Family_Size").fill("");
  await field(page, "Profession").selectOption("(other)");
  await page.click("#compute");
  await page.locator("#browser .segment").waitFor();
  assert.equal(await page.locator("[aria-invalid=true]").count(), 0);
  assert.deepEqual(page.problems, []);
});

test("a model with dates asks for days, and for the day they are counted back from", async (t) => {
  const page = await openForm(t, { model: "shop" });
  const shown = (name) => field(page, name).evaluate(({ type, value }) => `${type} ${value}`);
  assert.equal(await shown("joined"), "date 2023-01-14");
  assert.equal(await shown("as_of"), "date 2024-03-01");
  assert.equal(await shown("age"), "number 41.5");
  const reply = await fill(page, "shop", "as-of-a-year-later");
  await page.click("#compute");
  await page.locator("#browser").getByText(reply.segment.name, { exact: true }).waitFor();
  const [spend] = reply.predictions;
  const rounded = spend.value.toLocaleString("en", { maximumSignificantDigits: 4 });
  assert.ok((await page.locator("#browser").innerText()).includes(`Expected spend: ${rounded}`));

  await field(page, "joined").fill("");
  await field(page, "as_of").fill("");
  await field(page, "plan").selectOption("(other)");
  await page.click("#compute");
  await page.locator("#browser .segment").waitFor();
  assert.equal(await page.locator("[aria-invalid=true]").count(), 0);
  await field(page, "age").fill("121");
  await page.click("#compute");
  await page.getByText("Expected: a number between 0 and 120.").waitFor();
  assert.deepEqual(page.problems, []);
});

test("every input has a label, and names shown are text, never markup", async (t) => {
  const page = await openForm(t);
  const unlabelled = await page.$$eval("input, select", (inputs) =>
    inputs.filter(({ labels }) => labels.length !== 1 || labels[0].textContent === "").length,
  );
  assert.equal(unlabelled, 0);
  const children = await page.evaluate(async () => {
    const { answerOf } = await import("/answer.js");
    const hostile = '<img src=x onerror="window.hurt = true">';
    const advice = { title: hostile, text: hostile };
    const reply = { segment: { name: hostile }, distance: 1, predictions: [], recommendations: [advice] };
    document.querySelector("#browser .body").replaceChildren(...answerOf(reply));
    return document.querySelectorAll("#browser img").length;
  });
  assert.equal(children, 0);
  assert.deepEqual(page.problems, []);
});

test("a model that cannot be loaded is said, not shown as a broken form", async (t) => {
  const worker = await startWorker(t);
  const page = await openPage(t, "about:blank");
  await page.route("**/model.postcard", (route) => route.fulfill({ body: "no model" }));
  await page.goto(worker.url);
  await page.getByText("The model could not be loaded: this is not a Wedge artifact").waitFor();
  assert.ok(await page.locator("#compute").isDisabled());
});
