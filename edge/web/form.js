// The form: one labelled input for each property of the schema, and back from inputs to a customer.

import { element } from "./answer.js";

let count = 0;

/** A label, an input and a place for what is wrong with it. */
export function fieldFor(name, property, required) {
  const id = `field-${count++}`;
  // Where words mean "missing", the first of `anyOf` is what a value looks like.
  const input = inputFor({ ...property, ...property.anyOf?.[0] }, required);
  input.id = id;
  input.dataset.field = name;
  input.setAttribute("aria-describedby", `${id}-error`);
  if (required) input.setAttribute("aria-required", "true");
  const label = element("label", { for: id }, name.replaceAll("_", " "));
  if (!required) label.append(element("span", { class: "optional" }, " may be missing"));
  const hint = property.description ? [element("p", { class: "hint" }, property.description)] : [];
  const error = element("p", { id: `${id}-error`, class: "error" });
  return element("div", { class: "field" }, label, input, ...hint, error);
}

function inputFor(property, required) {
  const types = [property.type].flat();
  if (property.format === "date") return typed(property, { type: "date" });
  if (!property.enum && types.includes("number") && !types.includes("string")) {
    return typed(property, { type: "number", step: "any" });
  }
  return choice(property, required);
}

function typed({ examples: [example] }, attributes) {
  const input = element("input", { ...attributes, autocomplete: "off" });
  input.value = example;
  return input;
}

/**
 * The words that the model knows: those it takes, or its examples where it takes any other as "(other)". Words that
 * mean the same (`true` and "Yes") are offered once: the words.
 */
function choice(property, required) {
  const select = element("select", {});
  const known = property.enum ?? [...new Set([...property.examples, "(other)"])];
  const words = known.filter((value) => typeof value === "string");
  if (!required) select.append(element("option", { value: "" }, "(missing)"));
  for (const word of words) select.append(element("option", { value: word }, word));
  select.value = property.examples[0];
  return select;
}

/** The customer as JSON is sent: what is empty is left out, numbers are numbers. */
export function customerOf(form) {
  const customer = {};
  for (const input of form.querySelectorAll("[data-field]")) {
    const { value, validity, type } = input;
    if (validity.badInput) customer[input.dataset.field] = `not a ${type}`;
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
