// Two models beside each other, and customers who are given no recommendation: whom, and what they are answered.
//
// `holdout.postcard` has the sample's columns, another fit, and a playbook of one recipe for everybody:
//   head -601 trainer/samples/cdnow_customers.csv > few.csv
//   trainer fit few.csv --target future_spend --config wedge.toml --out model
// with [playbook] at_most = 1, holdout = 0.3, id = "autumn".

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request as send } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { JSON_TYPE, PLAIN, all, ask as askWith, customer, until } from "./asking.mjs";
import { MODELS, cases } from "./golden.mjs";
import { mac } from "./keys.mjs";
import { COUNTED, ROOT, startWorker } from "./support.mjs";

const CHALLENGER = "tests/data/artifacts/holdout.postcard";
const CACHE_SECRET = "a secret of the experiment";
const ACCEPTED = cases("sample", "accept");

const split = (share, rest) => ({ challenger: CHALLENGER, bindings: { CHALLENGER: "split", CHALLENGER_SHARE: share, CACHE_SECRET }, ...rest });

const ask = (worker, body, subject, path = "/v1/segment") =>
  askWith(worker, body, { path, headers: subject === undefined ? {} : { "wedge-subject": subject } });

const variantOf = (response) => response.headers.get("wedge-variant");

const models = async (worker) => {
  const card = async (path) => (await (await worker.fetch(path)).json()).model;
  return { champion: await card("/v1/model"), challenger: await card("/v1/model?which=challenger") };
};

test("a share of customers is answered by the challenger, the same ones each time", async (t) => {
  const worker = await startWorker(t, split("0.3"));
  const ids = await models(worker);
  assert.notEqual(ids.champion, ids.challenger);
  const health = await (await worker.fetch("/healthz")).json();
  assert.deepEqual([health.model, health.challenger, health.experiment], [ids.champion, ids.challenger, "split"]);

  const COUNT = 600;
  // The rule: a keyed digest of the subject, below the share.
  const drawn = (i) => mac(CACHE_SECRET, "wedge draw 1", "experiment by subject", `shopper-${i}`).readUInt32LE() / 2 ** 32 < 0.3;
  const variants = await all(COUNT, 20, async (i) => {
    const response = await ask(worker, PLAIN.request, `shopper-${i}`);
    const variant = variantOf(response);
    assert.equal((await response.json()).model, ids[variant]);
    assert.equal(variant, drawn(i) ? "challenger" : "champion");
    return variant;
  });
  const near = (found) => {
    const share = found.filter((variant) => variant === "challenger").length / COUNT;
    assert.ok(Math.abs(share - 0.3) < 4 * Math.sqrt((0.3 * 0.7) / COUNT), `${share}`);
  };
  near(variants);
  // Whatever else is said of them.
  await all(200, 20, async (i) => assert.equal(variantOf(await ask(worker, customer(i), `shopper-${i}`)), variants[i]));

  // Without a subject, the record decides.
  const unnamed = await all(COUNT, 20, async (i) => variantOf(await ask(worker, customer(i))));
  near(unnamed);
  await all(200, 20, async (i) => assert.equal(variantOf(await ask(worker, customer(i).replaceAll(" ", "  "))), unnamed[i]));
  // A header with nothing in it names nobody.
  await all(200, 20, async (i) => assert.equal(variantOf(await ask(worker, customer(i), i % 2 ? "" : " \t ")), unnamed[i]));
  // A batch says of each row which model answered, as it would be answered alone.
  const rows = await (await ask(worker, `[${Array.from({ length: 200 }, (_, i) => customer(i)).join(",")}]`, "shopper-1", "/v1/segments")).json();
  assert.deepEqual(rows.map(({ variant }) => variant), unnamed.slice(0, 200));
  assert.deepEqual(rows.map(({ reply }) => reply.model), unnamed.slice(0, 200).map((variant) => ids[variant]));
});

test("another secret draws other customers; nobody and everybody are shares too", async (t) => {
  const variants = async (share, secret = CACHE_SECRET) => {
    const options = split(share);
    options.bindings.CACHE_SECRET = secret;
    const worker = await startWorker(t, options);
    const found = await all(100, 20, async (i) => variantOf(await ask(worker, PLAIN.request, `shopper-${i}`)));
    await worker.stop();
    return found;
  };
  assert.deepEqual(new Set(await variants("0")), new Set(["champion"]));
  assert.deepEqual(new Set(await variants("1")), new Set(["challenger"]));
  assert.deepEqual(new Set(await variants("1.000")), new Set(["challenger"]));
  const [half, smaller, other] = [await variants("0.5"), await variants("0.25"), await variants("0.5", "another secret altogether")];
  assert.notDeepEqual(half, other);
  assert.ok(smaller.every((variant, i) => variant === "champion" || half[i] === "challenger"), "a larger share adds customers");
});

test("without an experiment nothing is said of variants", async (t) => {
  for (const bindings of [{}, { CHALLENGER: "off", CHALLENGER_SHARE: "1" }]) {
    const worker = await startWorker(t, { challenger: CHALLENGER, bindings });
    const response = await ask(worker, PLAIN.request, "shopper-1");
    assert.equal(variantOf(response), null);
    assert.equal(await response.text(), PLAIN.answer);
    await worker.stop();
  }
  const alone = await startWorker(t, { bindings: { CHALLENGER: "split", CHALLENGER_SHARE: "1" } });
  const response = await ask(alone, PLAIN.request, "shopper-1");
  assert.equal(variantOf(response), "champion");
  assert.equal(await response.text(), PLAIN.answer);
  const card = await alone.fetch("/v1/model?which=challenger");
  assert.equal(card.status, 404);
  assert.equal((await card.json()).type, "/problems/no-challenger");
});

test("a challenger of other columns refuses nobody", async (t) => {
  const worker = await startWorker(t, split("1", { challenger: MODELS.shop }));
  for (const { name, request, answer } of ACCEPTED) {
    const response = await ask(worker, request, "shopper-1");
    assert.equal(await response.text(), answer, name);
    assert.equal(variantOf(response), "champion", name);
  }
  // Who suits both is the challenger's; who suits only the challenger is told what the champion lacks.
  const both = JSON.stringify({ ...JSON.parse(PLAIN.text), visits: 4, size: "L", plan: "gold" });
  const response = await ask(worker, both, "shopper-1");
  assert.equal(variantOf(response), "challenger");
  assert.equal((await response.json()).model, JSON.parse(cases("shop", "accept")[0].reply).model);
  const refused = await ask(worker, '{"visits": 4, "size": "L", "plan": "gold"}', "shopper-1");
  assert.equal(refused.status, 422);
  assert.equal((await refused.json()).errors[0].pointer, "/recency_days");
});

test("a challenger that is broken takes nothing from the champion, and health says so", async (t) => {
  const whole = readFileSync(join(ROOT, CHALLENGER));
  const flipped = Buffer.from(whole);
  flipped[whole.length >> 1] ^= 1;
  for (const [name, challenger] of Object.entries({ garbage: Buffer.from("no model"), cut: whole.subarray(0, 5000), flipped })) {
    const worker = await startWorker(t, split("1", { challenger }));
    for (const { request, answer } of ACCEPTED.slice(0, 5)) {
      const response = await ask(worker, request, "shopper-1");
      assert.equal(await response.text(), answer, name);
      assert.equal(variantOf(response), "champion", name);
    }
    const health = await worker.fetch("/healthz");
    assert.equal(health.status, 200, name);
    const { status, problems, challenger: id } = await health.json();
    assert.deepEqual([status, id, problems.length], ["degraded", undefined, 1], name);
    assert.match(problems[0], /^challenger\.postcard: /);
    const card = await worker.fetch("/v1/model?which=challenger");
    assert.deepEqual([card.status, (await card.json()).type], [404, "/problems/no-challenger"]);
    await worker.stop();
  }
});

test("in the shadow a challenger changes no answer, and disagreement is counted", async (t) => {
  const shadow = (challenger) => startWorker(t, { challenger, counters: true, bindings: { CHALLENGER: "shadow", CACHE_SECRET } });
  const points = async (worker, count) => {
    const found = () => worker.logs.filter((line) => line.startsWith(COUNTED));
    await until(() => found().length >= count, "the points");
    return found().map((line) => JSON.parse(line.slice(COUNTED.length)));
  };
  const words = {};
  for (const [name, challenger] of Object.entries({ itself: MODELS.sample, another: CHALLENGER, unlike: MODELS.shop })) {
    const worker = await shadow(challenger);
    assert.equal((await (await worker.fetch("/healthz")).json()).experiment, "shadow");
    // Each twice, one after the other: the second answer is kept, and the challenger is not asked again.
    for (let round = 0; round < 2; round += 1) {
      for (const { name, request, answer } of ACCEPTED) {
        const response = await ask(worker, request, "shopper-1");
        assert.equal(await response.text(), answer, name);
        assert.equal(variantOf(response), "champion");
      }
    }
    const counted = await points(worker, 2 * ACCEPTED.length);
    assert.equal(counted.length, 2 * ACCEPTED.length);
    for (const { blobs: [, , cache, variant, , , , agrees] } of counted) {
      assert.equal(variant, "champion");
      if (cache.endsWith("hit")) assert.equal(agrees, "");
    }
    words[name] = counted.filter(({ blobs }) => blobs[2] === "kv-miss").map(({ blobs }) => blobs[7]);
    assert.ok(words[name].length > 5, name);
    await worker.stop();
  }
  assert.deepEqual(new Set(words.itself), new Set(["agree"]));
  assert.ok(words.another.includes("disagree"));
  assert.deepEqual(new Set(words.unlike), new Set([""]), "who is asked about columns it has not says nothing");
});

test("whoever is held out is given no recommendation, by the rule that the trainer has", async (t) => {
  const worker = await startWorker(t, { model: CHALLENGER });
  const rule = (subject) => {
    const digest = createHash("sha256").update("wedge holdout\0autumn\0").update(subject).digest();
    return digest.readUInt32BE() / 2 ** 32 < 0.3;
  };
  const COUNT = 600;
  const held = await all(COUNT, 20, async (i) => {
    const response = await ask(worker, PLAIN.request, `c${i}`);
    assert.equal(response.status, 200);
    const { recommendations } = await response.json();
    assert.equal(recommendations.length, rule(`c${i}`) ? 0 : 1, `c${i}`);
    return recommendations.length === 0;
  });
  const share = held.filter(Boolean).length / COUNT;
  assert.ok(Math.abs(share - 0.3) < 4 * Math.sqrt((0.3 * 0.7) / COUNT), `${share}`);
  // What is kept for one group is not given to the other, and nobody's name makes an entry.
  const [one, other] = [held.indexOf(true), held.indexOf(false)];
  for (const path of ["/v1/segment", "/v1/segment?explain=true"]) {
    for (let round = 0; round < 2; round += 1) {
      const titles = async (i) => (await (await ask(worker, PLAIN.request, `c${i}`, path)).json()).recommendations.map(({ title }) => title);
      assert.deepEqual([await titles(one), await titles(other)], [[], ["Write a card"]]);
    }
  }
  for (const subject of [undefined, "", "  "]) {
    const { recommendations } = await (await ask(worker, PLAIN.request, subject)).json();
    assert.equal(recommendations.length, 1, "who is not named is not held out");
  }
  // The header's bytes are the identifier's UTF-8, which `fetch` cannot send but others can.
  const { hostname, port } = new URL(worker.url);
  await all(60, 20, async (i) => {
    const subject = `Größe-${i}`;
    const headers = { ...JSON_TYPE, "wedge-subject": Buffer.from(subject).toString("latin1") };
    const request = send({ hostname, port, path: "/v1/segment", method: "POST", headers });
    request.end(PLAIN.request);
    const [response] = await once(request, "response");
    const { recommendations } = JSON.parse(Buffer.concat(await response.toArray()));
    assert.equal(recommendations.length, rule(subject) ? 0 : 1, subject);
  });
  const keys = async () => (await (await worker.kv()).list()).keys.length;
  await until(async () => (await keys()) >= 4, "four entries");
  await sleep(200);
  assert.equal(await keys(), 4, "held out or not, with reasons or without");
});
