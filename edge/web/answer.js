// An answer as a person reads it.

/** An element with attributes and children; text stays text, whatever it holds. */
export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const exact = (number) => number.toLocaleString("en", { maximumSignificantDigits: 15 });
const rounded = (number) => number.toLocaleString("en", { maximumSignificantDigits: 4 });

/** The elements that show a reply. */
export function answerOf(reply) {
  const { segment, distance, predictions, recommendations, runner_up } = reply;
  return [
    element("p", { class: "segment" }, segment.name),
    ...(segment.description ? [element("p", {}, segment.description)] : []),
    element("p", { class: "hint" }, `Distance from the middle of the segment: ${rounded(distance)}`),
    ...predictions.flatMap(predictionOf),
    ...recommendations.map(({ title, text }) =>
      element("div", { class: "advice" }, element("h3", {}, title), element("p", {}, text)),
    ),
    ...(runner_up ? [reasonsOf(reply)] : []),
  ];
}

/** Why this segment and not the next, and what would change it. */
function reasonsOf({ runner_up, reasons, smallest_change }) {
  const byStrength = (a, b) => Math.abs(b.value) - Math.abs(a.value);
  const strongest = reasons.contributions.filter(({ value }) => value !== 0).sort(byStrength).slice(0, 3);
  const rows = strongest.map(({ field, value }) => {
    const side = value > 0 ? "speaks for this segment" : "speaks for the next one";
    return element("li", {}, `${field.replaceAll("_", " ")} ${side} (${rounded(Math.abs(value))})`);
  });
  return element(
    "div",
    { class: "reasons" },
    element("h3", {}, "Why this segment"),
    element("p", {}, `The next one is “${runner_up.name}”.`),
    element("ul", {}, ...rows),
    element("p", {}, changeOf(smallest_change)),
  );
}

function changeOf(change) {
  if (!change) return "No change of one field alone would give another segment.";
  const [from, to] = [change.from, change.to].map((value) => (typeof value === "number" ? exact(value) : value));
  return `With ${change.field.replaceAll("_", " ")} ${to} instead of ${from} it would be “${change.segment.name}”.`;
}

function predictionOf(prediction) {
  const value = prediction.kind === "number" ? rounded(prediction.value) : prediction.value;
  const line = element("p", { class: "prediction" }, `Expected ${prediction.target.replaceAll("_", " ")}: `);
  line.append(element("strong", {}, value));
  return prediction.kind === "class" ? [line, barsOf(prediction.probabilities)] : [line];
}

function barsOf(probabilities) {
  const rows = Object.entries(probabilities).map(([name, probability]) => {
    const percent = `${(100 * probability).toFixed(0)} %`;
    const meter = element("meter", { min: 0, max: 1, value: probability, "aria-label": name }, percent);
    return element("li", {}, element("span", {}, name), meter, element("span", {}, percent));
  });
  return element("ul", { class: "bars" }, ...rows);
}
