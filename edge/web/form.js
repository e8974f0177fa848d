// The form: one labelled input for each property of the schema, and back from inputs to a customer.

import { element } from "./answer.js";

let count = 0;

/** A label, an input and a place for what is wrong with it. */
export function fieldFor(name, property, required) {
  const id = `field-${count++}`;
  const input = property.enum ? choice(property, required) : textOrNumber(property);
  input.id = id;
  input.dataset.field = name;
  input.setAttribute("aria-describedby", `${id}-error`);
  if (required) input.setAttribute("aria-required", "true");
  const label = element("label", { for: id }, name.replaceAll("_", " "));
  if (!required) label.append(element("span", { class: "optional" }, " may be missing"));
  const error = element("p", { id: `${id}-error`, class: "error" });
  return element("div", { class: "field" }, label, input, ...(input.words ? [input.words] : []), error);
}

/** Words that mean the same in the schema (`true` and "Yes") are offered once: the words. */
function choice(property, required) {
  const select = element("select", {});
  const words = property.enum.filter((value) => typeof value === "string");
  if (!required) select.append(element("option", { value: "" }, "(missing)"));
  for (const word of words) select.append(element("option", { value: word }, word));
  select.value = property.examples?.[0] ?? words[0] ?? "";
  return select;
}

function textOrNumber(property) {
  const isNumber = [property.type].flat().every((type) => type === "number" || type === "null");
  const attributes = isNumber ? { type: "number", step: "any" } : { type: "text" };
  const input = element("input", { ...attributes, autocomplete: "off" });
  input.value = property.examples?.[0] ?? "";
  if (isNumber || !property.examples?.length) return input;
  // The words that the model knows; any other counts as "other".
  const list = element("datalist", { id: `words-${count}` });
  const words = property.examples.filter((word) => word !== "(other)");
  list.append(...words.map((word) => element("option", { value: word })));
  input.setAttribute("list", list.id);
  return Object.assign(input, { words: list });
}

/** The customer as JSON is sent: what is empty is left out, numbers are numbers. */
export function customerOf(form) {
  const customer = {};
  for (const input of form.querySelectorAll("[data-field]")) {
    const { value, validity, type } = input;
    if (type === "number" && validity.badInput) customer[input.dataset.field] = "not a number";
    else if (value !== "") customer[input.dataset.field] = type === "number" ? Number(value) : value;
  }
  return customer;
}

/** Marks the fields named by JSON pointers, unmarks all others; returns the errors without a field. */
export function showFieldErrors(form, errors) {
  const unplaced = new Map(errors.map((error) => [nameOf(error.pointer), error]));
  for (const input of form.querySelectorAll("[data-field]")) {
    const error = unplaced.get(input.dataset.field);
    unplaced.delete(input.dataset.field);
    if (error) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    form.querySelector(`#${input.id}-error`).textContent = error ? saying(error) : "";
  }
  return [...unplaced.values()];
}

const nameOf = (pointer) => pointer.slice(1).replaceAll("~1", "/").replaceAll("~0", "~");

const saying = ({ code, expected }) =>
  code === "missing" ? `This is needed: ${expected}.` : `Expected: ${expected}.`;
