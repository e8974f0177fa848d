// The page: a form made from the model's schema, answered in this browser and, on request, by the Worker.

import init, { Predictor } from "./pkg/wedge_predict.js";
import { customerOf, fieldFor, showFieldErrors } from "./form.js";
import { answerOf, element } from "./answer.js";

const byId = (id) => document.getElementById(id);
const form = byId("customer");

function show(id, ...content) {
  byId(id).querySelector(".body").replaceChildren(...content);
}

/** The JSON text that both are asked with, so that their answers can be compared. */
const request = () => JSON.stringify(customerOf(form));

/** Shows what is wrong with the customer where it is wrong; returns whether it could. */
function showProblem(problem) {
  const unplaced = showFieldErrors(form, problem.errors ?? []);
  const placed = problem.errors?.length > 0 && unplaced.length === 0;
  const rest = unplaced.map(({ pointer, expected }) => `${pointer}: ${expected}`);
  byId("form-error").textContent = placed
    ? "Please correct the fields marked above."
    : [`${problem.title}. ${problem.detail}`, ...rest].join(" ");
}

function clearProblems() {
  showFieldErrors(form, []);
  byId("form-error").textContent = "";
}

function answerHere(predictor) {
  clearProblems();
  show("worker", element("p", { class: "hint" }, "Not asked about this customer yet."));
  try {
    const reply = predictor.recommendJson(request());
    show("browser", ...answerOf(JSON.parse(reply)));
    return reply;
  } catch (error) {
    if (!error.problem) throw error;
    show("browser", element("p", { class: "hint" }, "No answer: the customer does not fit the model."));
    showProblem(error.problem);
    form.querySelector("[aria-invalid]")?.focus();
    return null;
  }
}

async function answerOfWorker(predictor) {
  const reply = answerHere(predictor);
  if (reply === null) {
    return [element("p", { class: "hint" }, "Not asked: it would refuse this customer too.")];
  }
  const headers = { "content-type": "application/json" };
  const response = await fetch("/v1/segment?explain=true", { method: "POST", headers, body: request() });
  const text = await response.text();
  if (!response.ok) {
    const { title, detail } = JSON.parse(text);
    return [element("p", { class: "error" }, `The Worker refuses: ${title}. ${detail}`)];
  }
  const facts = [
    ["From the cache?", response.headers.get("cache-status") ?? "unknown"],
    ["Same bytes as here?", text === reply ? "yes" : "NO"],
  ];
  const rows = facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]);
  return [...answerOf(JSON.parse(text)), element("dl", { class: "facts" }, ...rows)];
}

async function askTheWorker(predictor) {
  byId("ask").disabled = true;
  try {
    show("worker", ...(await answerOfWorker(predictor)));
  } catch {
    show("worker", element("p", { class: "error" }, "The Worker cannot be reached."));
  } finally {
    byId("ask").disabled = false;
  }
}

async function load() {
  const [, response] = await Promise.all([init(), fetch("model.postcard")]);
  if (!response.ok) throw new Error(`the model answers ${response.status}`);
  return Predictor.load(new Uint8Array(await response.arrayBuffer()));
}

async function start() {
  const predictor = await load();
  // Where customers may also come as orders, the first form is the one of columns.
  const { properties, anyOf, required = anyOf[0].required } = predictor.schema;
  const fields = Object.entries(properties).map(([name, property]) =>
    fieldFor(name, property, required.includes(name)),
  );
  byId("fields").replaceChildren(...fields);
  byId("form-hint").textContent = "Filled with a typical customer. Change what you like.";
  const { model, segments, targets } = predictor.model;
  const predicted = targets.map(({ name }) => name).join(", ") || "nothing";
  byId("model").textContent =
    `Model ${model.slice(0, 12)}…: ${segments.length} segments; predicts ${predicted}.`;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answerHere(predictor);
  });
  byId("ask").addEventListener("click", () => askTheWorker(predictor));
  for (const id of ["compute", "ask"]) byId(id).disabled = false;
}

start().catch((error) => {
  byId("form-hint").textContent = "";
  byId("form-error").textContent = `The model could not be loaded: ${error.message}`;
});
