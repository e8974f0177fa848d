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
    ...recommendations.map(adviceOf),
    ...(runner_up ? [reasonsOf(reply)] : []),
  ];
}

function adviceOf({ title, text, why, link }) {
  const go = link ? [element("p", {}, element("a", { href: link, rel: "noopener" }, link))] : [];
  const reason = why ? [element("p", { class: "hint" }, why)] : [];
  return element("div", { class: "advice" }, element("h3", {}, title), element("p", {}, text), ...reason, ...go);
}

/** The contributions that weigh most. */
function strongestOf(contributions) {
  const byStrength = (a, b) => Math.abs(b.value) - Math.abs(a.value);
  return contributions.filter(({ value }) => value !== 0).sort(byStrength).slice(0, 3);
}

/** Why this segment and not the next, and what would change it. */
function reasonsOf({ runner_up, reasons, smallest_change }) {
  const rows = strongestOf(reasons.contributions).map(({ field, value }) => {
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
  const { interval } = prediction;
  if (interval) {
    const ends = `${rounded(interval.lower)} and ${rounded(interval.upper)}`;
    line.append(`, in ${Math.round(100 * interval.level)} of 100 cases between ${ends}`);
  }
  const bars = prediction.kind === "class" ? [barsOf(prediction.probabilities)] : [];
  return [line, ...bars, ...whyOf(prediction)];
}

/** Which fields raise and which lower what is expected. */
function whyOf({ value, reasons }) {
  const of = reasons?.find((margin) => margin.class === undefined || margin.class === value);
  const strongest = of ? strongestOf(of.contributions) : [];
  if (strongest.length === 0) return [];
  const said = strongest.map(({ field, value }) => `${field.replaceAll("_", " ")} ${value > 0 ? "raises" : "lowers"} it`);
  return [element("p", { class: "hint" }, `Most of all, ${said.join(", ")}.`)];
}

function barsOf(probabilities) {
  const rows = Object.entries(probabilities).map(([name, probability]) => {
    const percent = `${(100 * probability).toFixed(0)} %`;
    const meter = element("meter", { min: 0, max: 1, value: probability, "aria-label": name }, percent);
    return element("li", {}, element("span", {}, name), meter, element("span", {}, percent));
  });
  return element("ul", { class: "bars" }, ...rows);
}
