// An answer as a person reads it.

/** An element with attributes and children; text stays text, whatever it holds. */
export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const rounded = (number) => number.toLocaleString("en", { maximumSignificantDigits: 4 });

/** The elements that show a reply. */
export function answerOf({ segment, distance, predictions, recommendations }) {
  return [
    element("p", { class: "segment" }, segment.name),
    element("p", { class: "hint" }, `Distance from the middle of the segment: ${rounded(distance)}`),
    ...predictions.flatMap(predictionOf),
    ...recommendations.map(({ title, text }) =>
      element("div", { class: "advice" }, element("h3", {}, title), element("p", {}, text)),
    ),
  ];
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
