// The report that `trainer fit` writes, as a browser shows it: opened as a file, without a network.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { ROOT, openPage, temporaryFolder } from "./support.mjs";

const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const WIDTHS = [1280, 360];
const SCHEMES = ["light", "dark"];

/** A folder with a report and its metrics: fitted from the sample, or `WEDGE_REPORT` where that is set. */
async function fitted(t) {
  if (process.env.WEDGE_REPORT) return process.env.WEDGE_REPORT;
  const folder = join(await temporaryFolder(t), "model");
  const fit = ["fit", "trainer/samples/cdnow_customers.csv", "--target", "future_spend", "--out", folder];
  const cargo = ["run", "--quiet", "--locked", "-p", "trainer", "--", ...fit];
  const { status, stderr } = spawnSync("cargo", cargo, { cwd: ROOT, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return folder;
}

/** The report in Chromium, offline; `page.requests` are the addresses that it asked for. */
async function openReport(t, folder) {
  const page = await openPage(t, "about:blank");
  await page.context().setOffline(true);
  page.requests = [];
  page.on("request", (request) => page.requests.push(request.url()));
  await page.goto(pathToFileURL(join(folder, "report.html")).href);
  return page;
}

/** What is at `curve[2].wcss`. */
const at = (value, path) => path.split(/[.[\]]+/).filter(Boolean).reduce((inside, step) => inside?.[step], value);

/** How far a number as it is written may be from what it stands for: half of its last digit. */
function written(text) {
  const [, digits, exponent = "0", percent] = /^([^e%]*)(?:e(.*?))?\s*(%?)$/u.exec(text.replaceAll(",", "").replaceAll("\u2212", "-"));
  const scale = 10 ** Number(exponent) / (percent ? 100 : 1);
  const decimals = digits.trim().split(".")[1]?.length ?? 0;
  return { value: Number(digits) * scale, error: 0.5000001 * 10 ** -decimals * scale };
}

test("the report says nothing but what metrics.json says, and asks for nothing", { timeout: 900_000 }, async (t) => {
  const folder = await fitted(t);
  const metrics = JSON.parse(readFileSync(join(folder, "metrics.json"), "utf8"));
  const page = await openReport(t, folder);

  await t.test("it opens without a word on the console, and without a request", () => {
    assert.deepEqual(page.problems, []);
    assert.deepEqual(page.requests, [pathToFileURL(join(folder, "report.html")).href]);
  });

  await t.test("every figure is the one at its path, rounded as shown", async () => {
    const figures = await page.$$eval("[data-metric]", (spans) =>
      spans.map(({ dataset: { metric, value }, textContent }) => ({ metric, value, text: textContent })),
    );
    assert.ok(figures.length > 100, `${figures.length} figures`);
    for (const { metric, value, text } of figures) {
      const figure = at(metrics, metric);
      assert.notEqual(figure, undefined, metric);
      assert.equal(JSON.parse(value), figure, metric);
      if (figure === null) {
        assert.equal(text, "\u2013", metric);
        continue;
      }
      const shown = written(text);
      assert.ok(Math.abs(shown.value - figure) <= shown.error, `${metric}: ${text} for ${figure}`);
    }
  });

  await t.test("it shows every segment, and the verdict's own sentence", async () => {
    const text = await page.locator("main").innerText();
    for (const { id, name } of metrics.segments) {
      assert.ok((await page.locator(`#segment-${id}`).innerText()).includes(name), name);
    }
    assert.ok(text.includes(metrics.decision.believe));
    for (const warning of metrics.decision.warnings) assert.ok(text.includes(warning), warning);
  });

  await t.test("one heading of the first rank, landmarks, and words for every picture", async () => {
    const counts = await page.evaluate(() =>
      ["h1", "main", "header", "nav", "footer", "script"].map((tag) => document.querySelectorAll(tag).length),
    );
    assert.deepEqual(counts, [1, 1, 1, 1, 1, 0]);
    const silent = await page.$$eval("svg[role=img]", (charts) =>
      charts.filter((chart) => {
        const words = chart.getAttribute("aria-labelledby").split(" ").map((id) => document.getElementById(id));
        return words.length !== 2 || words.some((word) => !chart.contains(word) || word.textContent.length < 2);
      }).length,
    );
    assert.equal(silent, 0);
  });

  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      await t.test(`axe finds no serious fault, and nothing is too wide: ${colorScheme}, ${width} pixels`, async () => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await page.$$eval("details", (all) => all.forEach((details) => (details.open = true)));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${wide} pixels wide`);
        // Not as a script of the page, which its policy forbids.
        await page.evaluate(AXE);
        const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
        assert.ok(passes.length > 10);
        const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
      });
    }
  }

  await t.test("on paper it is light, and everything is unfolded", async () => {
    await page.$$eval("details", (all) => all.forEach((details) => (details.open = false)));
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const hidden = await page.$$eval("details table", (tables) => tables.filter((table) => !table.checkVisibility()).length);
    assert.equal(hidden, 0);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).color), "rgb(28, 30, 33)");
  });
  assert.deepEqual(page.problems, []);
});
