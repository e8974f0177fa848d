// Writes the bad requests beside it: `node tests/data/requests/make.mjs`. What each must be answered with was written
// from the contract, not from what the Worker says.
//
// In a body, "¦" marks the byte at which reading must stop; it is taken out. Every case carries values that no answer
// may repeat: the words "Planted" and the digits 271828.

import { readdirSync, unlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
for (const name of readdirSync(HERE)) if (name.endsWith(".json")) unlinkSync(HERE + name);

const JSON_TYPE = { "content-type": "application/json" };
let cases = [];
const names = new Set();

function add(name, status, type, rest = {}) {
  if (names.has(name)) throw new Error(`twice: ${name}`);
  names.add(name);
  const { model = "sample", method = "POST", path = "/v1/segment", headers = JSON_TYPE, body, ...others } = rest;
  const place = body === undefined ? {} : placed(body);
  cases.push({ name, model, method, path, headers, ...place, status, type, ...others });
}

/** The body as text, or in hexadecimal digits where it is none; and line and byte of the mark. */
function placed(body) {
  const mark = Buffer.from("¦");
  const marked = Buffer.from(body);
  const at = marked.indexOf(mark);
  const bytes = at < 0 ? marked : Buffer.concat([marked.subarray(0, at), marked.subarray(at + mark.length)]);
  const place = {};
  try {
    place.body = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    place.bytes = bytes.toString("hex");
  }
  if (at >= 0) {
    const before = bytes.subarray(0, at);
    const line = before.filter((byte) => byte === 10).length + 1;
    place.at = [line, at - (before.lastIndexOf(10) + 1) + 1];
  }
  return place;
}

function write(file) {
  const lines = cases.map((one) => `  ${JSON.stringify(one)}`);
  writeFileSync(`${HERE}${file}.json`, `[\n${lines.join(",\n")}\n]\n`);
  cases = [];
}

// A customer of whom everything but the end is right, with more that no answer may repeat.
const GOOD =
  '"recency_days": 271828.75, "frequency": 3, "mean_amount": 35.5, "total_amount": 106.5, "tenure_days": 200, ' +
  '"mean_quantity": 2, "customer": "Erika Planted"';

// ---- JSON that is none. The rest of the object is good each time.
const malformed = (name, rest, more) => add(name, 400, "not-json", { body: `{${GOOD}${rest}`, ...more });
const whole = (name, body, more) => add(name, 400, "not-json", { body, ...more });
{
  // Cut off, at every kind of place.
  whole("an empty body", "¦");
  whole("a blank", " ¦");
  whole("blanks of every kind", " \t\r\n ¦");
  whole("only an opening brace", "{¦");
  whole("cut after a blank in the object", "{ ¦");
  whole("cut in a name", '{"recency¦');
  whole("cut after a name", '{"recency_days"¦');
  whole("cut after a colon", '{"recency_days":¦');
  malformed("cut after the last value", "¦");
  malformed("cut after a comma", ",¦");
  malformed("cut in a string", ', "name": "Planted¦');
  malformed("cut after a backslash", ', "name": "Planted\\¦');
  malformed("cut in an escape of four digits", ', "name": "Planted\\u00¦');
  malformed("cut in a surrogate pair", ', "name": "Planted\\ud83d¦');
  malformed("cut in the second of a surrogate pair", ', "name": "Planted\\ud83d\\ude¦');
  malformed("cut after a minus", ', "x": -¦');
  malformed("cut after a decimal point", ', "x": 271828.¦');
  malformed("cut after an exponent's letter", ', "x": 271828e¦');
  malformed("cut after an exponent's sign", ', "x": 271828e+¦');
  malformed("cut in true", ', "x": tr¦');
  malformed("cut in false", ', "x": fals¦');
  malformed("cut in null", ', "x": nul¦');
  malformed("cut in a list", ', "x": [271828,¦');
  malformed("cut in an inner object", ', "x": {"name": "Planted"¦');
  // Commas, colons and brackets.
  malformed("a comma before the closing brace", ",¦}");
  malformed("two commas", ',¦, "x": 1}');
  whole("a comma before the first member", `{¦, ${GOOD}}`);
  whole("only a comma in an object", "{¦,}");
  malformed("a comma before a list's end", ', "x": [271828,¦]}');
  malformed("a comma at a list's beginning", ', "x": [¦,271828]}');
  malformed("two commas in a list", ', "x": [1,¦,2]}');
  malformed("no comma between members", ' ¦"x": 1}');
  malformed("no comma between items", ', "x": [1 ¦2]}');
  malformed("a semicolon for a comma", '¦; "x": 1}');
  malformed("no colon", ', "x" ¦1}');
  malformed("two colons", ', "x":¦: 1}');
  malformed("an equals sign for a colon", ', "x" ¦= 1}');
  malformed("an arrow for a colon", ', "x" ¦=> 1}');
  malformed("a name without a value", ', "x":¦}');
  malformed("a value without a name", ", ¦271828}");
  malformed("only a name", ', "x"¦}');
  malformed("an object closed as a list", "¦]");
  malformed("a list closed as an object", ', "x": [271828¦}}');
  malformed("an inner object closed as a list", ', "x": {"y": 1¦]}');
  malformed("a parenthesis for a bracket", ', "x": ¦(1)}');
  malformed("a brace too many", "}¦}");
  malformed("a bracket too many", "}¦]");
  whole("a closing brace alone", "¦}");
  whole("a closing bracket alone", "¦]");
  whole("a comma alone", "¦,");
  whole("a colon alone", "¦:");
  // Two texts.
  malformed("two objects", `}¦{${GOOD}}`);
  malformed("two objects in lines", `}\n¦{${GOOD}}`);
  malformed("a number behind the object", "} ¦271828");
  malformed("a word behind the object", "} ¦Planted");
  malformed("a comma behind the object", "}¦,");
  malformed("a NUL behind the object", "}¦\0");
  malformed("a semicolon behind the object", "}¦;");
  whole("two numbers", "271828 ¦1");
  whole("two strings", '"Planted" ¦"Planted"');
  // Comments.
  malformed("a comment to the line's end", ', ¦// Planted\n"x": 1}');
  malformed("a comment between members", ', ¦/* Planted */ "x": 1}');
  malformed("a comment of a hash", ", ¦# Planted\n}");
  malformed("a comment behind the object", "} ¦// Planted");
  whole("a comment before the object", `¦/* Planted */ {${GOOD}}`);
  malformed("a comment for a value", ', "x": ¦/* Planted */ 1}');
  malformed("a comment of SQL", "} ¦-- Planted");
  // Quotes and names.
  malformed("a name in single quotes", ", ¦'x': 1}");
  malformed("a text in single quotes", `, "x": ¦'Planted'}`);
  malformed("a text in backticks", ', "x": ¦`Planted`}');
  malformed("a text in typographic quotes", ', "x": ¦“Planted”}');
  malformed("a name in typographic quotes", ", ¦“x”: 1}");
  malformed("a name without quotes", ", ¦x: 1}");
  malformed("a name that is a number", ", ¦1: 1}");
  malformed("a name that is null", ", ¦null: 1}");
  malformed("a name that is a list", ", ¦[1]: 1}");
  malformed("a name that is an object", ", ¦{}: 1}");
  malformed("a text in three quotes", ', "x": ""¦"Planted"""}');
  malformed("a quote inside a text", ', "x": "Erika "¦Planted""}');
  malformed("texts that are added", ', "x": "Erika" ¦+ "Planted"}');
  malformed("a text behind an r", ', "x": ¦r"Planted"}');
  // Words.
  for (const word of ["NaN", "Infinity", "undefined", "None", "True", "False", "Null", "NULL", "yes", "Planted", "inf"]) {
    malformed(`the word ${word}`, `, "x": ¦${word}}`);
  }
  malformed("the word -Infinity", ', "x": -¦Infinity}');
  malformed("the word -NaN", ', "x": -¦NaN}');
  malformed("the word nan", ', "x": n¦an}');
  malformed("the word nil", ', "x": n¦il}');
  malformed("the word TRUE", ', "x": ¦TRUE}');
  malformed("the word trues", ', "x": true¦s}');
  malformed("the word nulls", ', "x": null¦s}');
  malformed("the word falsehood", ', "x": false¦hood}');
  malformed("the word tRue", ', "x": t¦Rue}');
  malformed("a day without quotes", ', "x": 2023¦-12-24}');
  malformed("a call", ', "x": ¦Date(271828)}');
  malformed("a regular expression", ', "x": ¦/Planted/}');
  malformed("a template", ', "x": ¦${Planted}}');
  malformed("a template in braces", ', "x": {¦{Planted}}}');
  // Numbers.
  malformed("a leading zero", ', "x": 0¦1}');
  malformed("two zeros", ', "x": 0¦0}');
  malformed("a negative number with a leading zero", ', "x": -0¦1}');
  malformed("a plus sign", ', "x": ¦+271828}');
  malformed("hexadecimal", ', "x": 0¦x271828}');
  malformed("octal", ', "x": 0¦o17}');
  malformed("binary", ', "x": 0¦b101}');
  malformed("a number that begins with its point", ', "x": ¦.5}');
  malformed("a number that ends with its point", ', "x": 271828.¦}');
  malformed("a number with two points", ', "x": 271.828¦.0}');
  malformed("a decimal comma without quotes", ', "x": 271,¦828}');
  malformed("an underscore in a number", ', "x": 271¦_828}');
  malformed("a blank in a number", ', "x": 271 ¦828}');
  malformed("an apostrophe in a number", ", \"x\": 271¦'828}");
  malformed("an exponent without digits", ', "x": 271828e¦}');
  malformed("an exponent with a sign only", ', "x": 271828e-¦}');
  malformed("an exponent with a point", ', "x": 2e1¦.5}');
  malformed("an exponent alone", ', "x": ¦e5}');
  malformed("two exponents", ', "x": 2e1¦e1}');
  malformed("two minus signs", ', "x": -¦-271828}');
  malformed("a minus behind", ', "x": 271828¦-}');
  malformed("a minus alone", ', "x": -¦}');
  malformed("a minus and a blank", ', "x": -¦ 1}');
  malformed("a typographic minus", ', "x": ¦−271828}');
  malformed("a long integer's letter", ', "x": 271828¦n}');
  malformed("a unit", ', "x": 271828E¦UR}');
  malformed("a percent sign", ', "x": 27¦%}');
  malformed("a currency sign", ', "x": ¦€271828}');
  malformed("digits of another script", ', "x": ¦٣}');
  malformed("a fraction", ', "x": 1¦/2}');
  // Inside texts.
  malformed("a tab in a text", ', "x": "Erika¦\tPlanted"}');
  malformed("a line break in a text", ', "x": "Erika¦\nPlanted"}');
  malformed("a carriage return in a text", ', "x": "Erika¦\rPlanted"}');
  malformed("a NUL in a text", ', "x": "Erika¦\0Planted"}');
  malformed("an escape character in a text", ', "x": "Erika¦\u001bPlanted"}');
  malformed("the last control character in a text", ', "x": "Erika¦\u001fPlanted"}');
  malformed("a backspace in a name", ', "¦\bx": 1}');
  malformed("an escaped apostrophe", `, "x": "Planted\\¦'"}`);
  malformed("an escaped x", ', "x": "Planted\\¦x41"}');
  malformed("an escaped zero", ', "x": "Planted\\¦0"}');
  malformed("an escaped a", ', "x": "Planted\\¦a"}');
  malformed("an escaped v", ', "x": "Planted\\¦v"}');
  malformed("an escaped capital N", ', "x": "Planted\\¦N"}');
  malformed("an escaped capital U", ', "x": "Planted\\¦U0041"}');
  malformed("an escaped line break", ', "x": "Planted\\¦\n"}');
  malformed("an escaped blank", ', "x": "Planted\\¦ "}');
  malformed("an escape of three digits", ', "x": "Planted\\u004¦"}');
  malformed("an escape of no digits", ', "x": "Planted\\u¦"}');
  malformed("an escape in braces", ', "x": "Planted\\u¦{41}"}');
  malformed("an escape with a letter past f", ', "x": "Planted\\u00¦g1"}');
  malformed("an escape with a plus sign", ', "x": "Planted\\u¦+041"}');
  malformed("an escape with a minus sign", ', "x": "Planted\\u¦-041"}');
  malformed("an escape outside of a text", ", ¦\\u0022x\": 1}");
  malformed("a text that does not end", ', "x": "Planted}¦');
  malformed("a text that ends in an escaped quote", ', "x": "Planted\\"}¦');
  // Lone surrogates: RFC 8259, 8.2, leaves them to readers; here they are no text.
  malformed("a first surrogate alone", ', "x": "Planted\\ud83d¦"}');
  malformed("a first surrogate and a letter", ', "x": "Planted\\ud83d¦x"}');
  malformed("a first surrogate and another escape", ', "x": "Planted\\ud83d\\¦n"}');
  malformed("two first surrogates", ', "x": "Planted\\ud83d\\ud83d"}');
  malformed("a second surrogate alone", ', "x": "Planted\\ude00"}');
  malformed("surrogates in the wrong order", ', "x": "Planted\\ude00\\ud83d"}');
  malformed("a lone surrogate in a name", ', "\\udc00": 1}');
  malformed("a first surrogate and a letter's escape", ', "x": "Planted\\ud83d\\u0041"}');
  // White space that JSON does not know.
  for (const [name, character] of [
    ["a no-break space", "\u00a0"],
    ["an em space", "\u2003"],
    ["a zero-width space", "\u200b"],
    ["a line separator", "\u2028"],
    ["a vertical tab", "\v"],
    ["a form feed", "\f"],
    ["a NUL", "\0"],
    ["a soft hyphen", "\u00ad"],
  ]) {
    malformed(`${name} between members`, `, ¦${character}"x": 1}`);
  }
  whole("a byte order mark", `¦\ufeff{${GOOD}}`);
  whole("a byte order mark alone", "¦\ufeff");
  malformed("a byte order mark behind the object", "}¦\ufeff");
  // Other languages.
  whole("a form", "¦recency_days=271828&customer=Planted");
  whole("XML", "¦<customer>Planted</customer>");
  whole("YAML", "¦recency_days: 271828\ncustomer: Planted\n");
  whole("YAML that begins as a list", "-¦ recency_days: 271828\n");
  whole("CSV", "¦customer,recency_days\nPlanted,271828\n");
  whole("CSV of numbers", "271828¦,3\n");
  whole("TOML", '¦recency_days = 271828\ncustomer = "Planted"\n');
  whole("a JavaScript assignment", "¦x = {recency_days: 271828}");
  whole("a callback", `¦callback({${GOOD}})`);
  whole("an XSSI prefix", `¦)]}'\n{${GOOD}}`);
  whole("a word", "¦Planted");
  whole("base64", "¦eyJQbGFudGVkIjogMjcxODI4fQ==");
  whole("a data URL", "¦data:application/json,{}");
  whole("a record separator before the object", `¦\u001e{${GOOD}}`);
  whole("a server-sent event", `¦data: {${GOOD}}\n\n`);
  // Deep in the body, and late: positions count lines and bytes.
  whole("on the third line", '{\n  "customer": "Planted",\n  "x": ¦oops\n}');
  whole("behind letters of two bytes", '{"größe": "Plänted", "x": ¦oops}');
  whole("on a line after carriage returns", '{\r\n"customer": "Planted",\r\n¦oops}');
  malformed("wrong inside what the model ignores", ', "x": {"y": [1, {"z": ¦Planted}]}}');
  malformed("wrong behind a repeated name's place", ', "x": 1, "y": ¦}');
  malformed("an unclosed list in a list", ', "x": [[1], [2¦}]}');
}
write("malformed");

// ---- Bytes that are no text.
{
  const bytes = (...parts) => Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));
  const inText = (name, ...wrong) =>
    add(name, 400, "not-utf8", { body: bytes(`{${GOOD}, "x": "Planted¦`, wrong, '"}') });
  inText("a byte that no text has", 0xff);
  inText("another byte that no text has", 0xfe);
  inText("a letter of ISO 8859-1", 0xfc);
  inText("a continuation alone", 0x80);
  inText("two bytes cut to one", 0xc3);
  inText("three bytes cut to two", 0xe2, 0x82);
  inText("four bytes cut to three", 0xf0, 0x9f, 0x98);
  inText("an overlong slash", 0xc0, 0xaf);
  inText("an overlong NUL", 0xc0, 0x80);
  inText("an overlong quote of three bytes", 0xe0, 0x80, 0xa2);
  inText("an overlong euro sign of four bytes", 0xf0, 0x82, 0x82, 0xac);
  inText("a surrogate in three bytes", 0xed, 0xa0, 0x80);
  inText("a surrogate pair in six bytes", 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80);
  inText("beyond the last character", 0xf4, 0x90, 0x80, 0x80);
  inText("five bytes for a character", 0xf8, 0x88, 0x80, 0x80, 0x80);
  add("no text at the very beginning", 400, "not-utf8", { body: bytes("¦", [0xff], `{${GOOD}}`) });
  add("no text at the very end", 400, "not-utf8", { body: bytes(`{${GOOD}}¦`, [0xff]) });
  add("no text in a name", 400, "not-utf8", { body: bytes(`{${GOOD}, "¦`, [0xe9], '": 1}') });
  add("no text between members", 400, "not-utf8", { body: bytes(`{${GOOD}, ¦`, [0xa0], '"x": 1}') });
  add("no text on the second line", 400, "not-utf8", { body: bytes(`{${GOOD},\n"x": "¦`, [0xff], '"}') });
  // Its malformed JSON comes first in the text, but nobody reads bytes that are no text.
  add("no text behind malformed JSON", 400, "not-utf8", { body: bytes("{oops ¦", [0xff], "}") });
  add("UTF-16 with a mark", 400, "not-utf8", { body: bytes("¦", [0xff, 0xfe], Buffer.from(`{${GOOD}}`, "utf16le")) });
  // Every second byte is a NUL, which is UTF-8, and not JSON.
  add("UTF-16 without a mark", 400, "not-json", { body: bytes("{¦", [0], Buffer.from(GOOD, "utf16le")) });
  add("UTF-32 without a mark", 400, "not-json", { body: bytes("{¦", [0, 0, 0]) });
  add("a gzipped body that nobody announced", 400, "not-utf8", { body: bytes([0x1f], "¦", [0x8b, 0x08, 0x00]) });
  add("an archive", 400, "not-json", { body: "¦PK\u0003\u0004" });
  add("another encoding announced and sent", 400, "not-utf8", {
    headers: { "content-type": "application/json; charset=iso-8859-1" },
    body: bytes('{"x": "Pl¦', [0xe4], 'nted"}'),
  });
}
write("bytes");

// ---- JSON, but no object.
{
  const top = (name, body) => add(name, 400, "not-an-object", { body });
  top("null alone", "null");
  top("true alone", "true");
  top("false alone", "false");
  top("a number alone", "271828");
  top("a negative number with an exponent alone", "-2.71828e5");
  top("a string alone", '"Erika Planted"');
  top("an empty string alone", '""');
  top("JSON inside a string", JSON.stringify(`{${GOOD}}`));
  top("an empty list", "[]");
  top("a list of one customer", `[{${GOOD}}]`);
  top("a list of values", "[271828, 3, 35.5, 106.5, 200, 2]");
  top("a list of names and values", '[["recency_days", 271828]]');
  top("a list in blanks", " \n[\t]\r\n");
}
write("top-level");

// ---- Names that stand twice.
{
  const twice = (name, body) => add(name, 400, "duplicate-field", { body });
  twice("a column twice", `{${GOOD}, ¦"frequency": 271828}`);
  twice("a column twice with one value", `{${GOOD}, ¦"frequency": 3}`);
  twice("a column twice, once null", `{"frequency": null, ${GOOD.replace('"frequency"', '¦"frequency"')}}`);
  twice("an unknown name twice", `{${GOOD}, ¦"customer": "Planted"}`);
  twice("twice at once", '{"x":1,¦"x":2}');
  twice("a third time", '{"x":1,¦"x":2,"x":3}');
  twice("twice, once escaped", `{${GOOD}, ¦"\\u0066requency": 271828}`);
  twice("twice, escaped in capitals and small letters", '{"\\u00E4": 1, ¦"\\u00e4": 2}');
  twice("twice, as a letter and as an escape", '{"ä": 1, ¦"\\u00e4": 2}');
  twice("twice, as a character and as a surrogate pair", '{"😀": 1, ¦"\\ud83d\\ude00": 2}');
  twice("twice, with an escaped slash", '{"a/b": 1, ¦"a\\/b": 2}');
  twice("twice, with an escaped tab", '{"a\\tb": 1, ¦"a\\u0009b": 2}');
  twice("an empty name twice", '{"": 1, ¦"": 2}');
  twice("a blank name twice", '{" ": 1, ¦" ": 2}');
  twice("__proto__ twice", '{"__proto__": 1, ¦"__proto__": 2}');
  twice("twice in an inner object", `{${GOOD}, "x": {"y": 1, ¦"y": "Planted"}}`);
  twice("twice in an object in a list", `{${GOOD}, "x": [{}, {"y": 1, ¦"y": 2}]}`);
  twice("twice eight deep", `{"x":{"x":{"x":{"x":{"x":{"x":{"x":{"y":1,¦"y":2}}}}}}}}`);
  twice("twice in the object of an order", '{"orders": [{"amount": 1, ¦"amount": 271828}], "as_of": "2026-11-22"}');
  twice("orders twice", '{"orders": [], ¦"orders": [], "as_of": "2026-11-22"}');
  twice("twice in a column that should be a number", '{"recency_days": {"y": 1, ¦"y": 2}}');
  twice("twice, and cut off behind it", '{"x": 1, ¦"x": 2');
  add("cut off before the second", 400, "not-json", { body: '{"x": 1, "x¦' });
  twice("twice in an object of a list at the top", '[{"x": 1, ¦"x": 2}]');
  add("names that differ in capitals are two", 422, "invalid-customer", {
    body: '{"Frequency": 271828, "FREQUENCY": 271828}',
    errors: ["recency_days", "frequency", "mean_amount", "total_amount", "tenure_days", "mean_quantity"].map((name) => [`/${name}`, "missing"]),
  });
  twice("a name of many bytes twice", `{"${"n".repeat(7000)}": 1, ¦"${"n".repeat(7000)}": 2}`);
}
write("duplicates");

// ---- Depth: the top level counted, 16 are read.
{
  const deep = (name, body) => add(name, 400, "too-deep", { body });
  const lists = (depth) => ["[".repeat(depth), "]".repeat(depth)];
  const inner = (depth) => `{"x":${"[".repeat(depth - 1)}`;
  deep("17 deep in lists", `{"x":${"[".repeat(15)}¦[${"]".repeat(16)}}`);
  deep("17 deep in objects", `${'{"x":'.repeat(16)}¦{}${"}".repeat(16)}`);
  deep("17 deep in both", `{"x":${'[{"x":'.repeat(7)}[¦[]]${"}]".repeat(7)}}`);
  deep("17 lists at the top", `${"[".repeat(16)}¦[${"]".repeat(17)}`);
  deep("10,000 brackets", `${"[".repeat(16)}¦${"[".repeat(9984)}`);
  deep("5,000 brackets that are closed", `${"[".repeat(16)}¦${"[".repeat(4984)}${"]".repeat(5000)}`);
  deep("3,000 objects", `${'{"x":'.repeat(16)}¦${'{"x":'.repeat(2984)}`);
  deep("17 deep in a column", `{"frequency":${"[".repeat(15)}¦[${"]".repeat(16)}, ${GOOD.replace('"frequency": 3, ', "")}}`);
  deep("17 deep in an order", `{"orders":[{"date":${"[".repeat(13)}¦[${"]".repeat(14)}}]}`);
  deep("too deep behind what is too deep", `{"x":${"[".repeat(15)}¦[${"]".repeat(16)},"y":${"[".repeat(99)}}`);
  add("malformed before it is too deep", 400, "not-json", { body: `${inner(10)}¦oops${"[".repeat(99)}` });
  add("a name twice before it is too deep", 400, "duplicate-field", { body: `{"x":1,¦"x":${"[".repeat(99)}` });
  add("16 lists at the top are no object", 400, "not-an-object", { body: lists(16).join("") });
  add("16 deep is read, and a column is no list", 422, "invalid-customer", {
    body: `{${GOOD.replace('"frequency": 3', `"frequency": ${lists(15).join("")}`)}}`,
    errors: [["/frequency", "nested"]],
  });
}
write("depth");

// ---- Customers who do not fit.
const refused = (name, model, body, errors) =>
  add(name, 422, "invalid-customer", { model, body: typeof body === "string" ? body : JSON.stringify(body), errors });
{
  const good = { recency_days: 30, frequency: 3, mean_amount: 35.5, total_amount: 106.5, tenure_days: 200, mean_quantity: 2 };
  const columns = Object.keys(good);
  const raw = (column, text) =>
    `{${Object.entries(good).map(([name, value]) => `"${name}": ${name === column ? text : value}`).join(", ")}, "customer": "Planted"}`;
  for (const column of columns) {
    const { [column]: _, ...without } = good;
    refused(`sample: no ${column}`, "sample", { ...without, customer: "Planted" }, [[`/${column}`, "missing"]]);
    for (const [what, text, code] of [
      ["null", "null", "missing"],
      ["a number in quotes", '"271828"', "not-a-number"],
      ["a word", '"Planted"', "not-a-number"],
      ["true", "true", "not-a-number"],
      ["a list", "[271828]", "nested"],
      ["an object", '{"Planted": 271828}', "nested"],
      ["above the most", "2.71828e15", "out-of-bounds"],
    ]) {
      refused(`sample: ${column} is ${what}`, "sample", raw(column, text), [[`/${column}`, code]]);
    }
  }
  for (const [what, text, code] of [
    ["false", "false", "not-a-number"],
    ["an empty text", '""', "not-a-number"],
    ["a blank", '" "', "not-a-number"],
    ["the text NaN", '"NaN"', "not-a-number"],
    ["the text null", '"null"', "not-a-number"],
    ["an empty list", "[]", "nested"],
    ["an empty object", "{}", "nested"],
    ["below the least", "-2.71828e15", "out-of-bounds"],
    ["just above the most", "1000000000000001", "out-of-bounds"],
    ["just below the least", "-1000000000000001", "out-of-bounds"],
    ["beyond all numbers", "271828e400", "out-of-bounds"],
    ["beyond all numbers below", "-271828e400", "out-of-bounds"],
    ["400 digits", "271828".padEnd(400, "0"), "out-of-bounds"],
  ]) {
    refused(`sample: mean_amount is ${what}`, "sample", raw("mean_amount", text), [["/mean_amount", code]]);
  }
  const missing = columns.map((name) => [`/${name}`, "missing"]);
  refused("sample: an empty object", "sample", "{}", missing);
  refused("sample: only what the model does not know", "sample", { name: "Planted", amount: 271828 }, missing);
  refused("sample: the columns in an object of their own", "sample", { customer: good, name: "Planted" }, missing);
  refused("sample: names with blanks", "sample", '{" recency_days ": 271828}', missing);
  refused("sample: everything wrong at once", "sample",
    '{"mean_quantity": "Planted", "recency_days": null, "frequency": true, "mean_amount": [271828], "total_amount": 1e99, "tenure_days": {}}',
    [["/recency_days", "missing"], ["/frequency", "not-a-number"], ["/mean_amount", "nested"], ["/total_amount", "out-of-bounds"],
      ["/tenure_days", "nested"], ["/mean_quantity", "not-a-number"]]);
  refused("sample: one missing and one wrong", "sample",
    '{"recency_days": "Planted", "mean_amount": 1, "total_amount": 1, "tenure_days": 1, "mean_quantity": 271828}',
    [["/recency_days", "not-a-number"], ["/frequency", "missing"]]);
  refused("sample: as_of counts only beside orders or dates", "sample", { as_of: "Planted", ...good, frequency: "Planted" }, [["/frequency", "not-a-number"]]);
}
write("sample");
{
  const good = { age: 33, joined: "2023-12-24", visits: 4, newsletter: true, size: "L", plan: "gold" };
  const raw = (column, text) =>
    `{${Object.entries(good).filter(([name]) => name !== column).map(([name, value]) => `"${name}": ${JSON.stringify(value)}`).join(", ")}, "${column}": ${text}, "customer": "Planted"}`;
  const wrong = (column, what, text, code) => refused(`shop: ${column} is ${what}`, "shop", raw(column, text), [[`/${column}`, code]]);
  // A number with bounds, that may be missing; -1 and 999 mean that it is.
  wrong("age", "a number in quotes", '"33"', "not-a-number");
  wrong("age", "a word", '"Planted"', "not-a-number");
  wrong("age", "false", "false", "not-a-number");
  wrong("age", "an empty text", '""', "not-a-number");
  wrong("age", "below its least", "-0.5", "out-of-bounds");
  wrong("age", "above its most", "120.5", "out-of-bounds");
  wrong("age", "just above its most", "120.00000000000001421", "out-of-bounds");
  wrong("age", "beyond all numbers", "1e999", "out-of-bounds");
  wrong("age", "another number below", "-2", "out-of-bounds");
  wrong("age", "a list", "[271828]", "nested");
  wrong("age", "an object", '{"years": 271828}', "nested");
  // A date that may be missing; 1900-01-01 means that it is.
  for (const [what, text] of [
    ["a word", '"Planted"'], ["an empty text", '""'], ["a number", "20231224"], ["seconds", "271828"], ["true", "true"],
    ["beyond all numbers", "1e999"], ["in German", '"24.12.2023"'], ["in American", '"12/24/2023"'], ["without hyphens", '"20231224"'],
    ["of two digits", '"23-12-24"'], ["without zeros", '"2023-1-2"'], ["a 30th of February", '"2023-02-30"'],
    ["a leap day of no leap year", '"2023-02-29"'], ["a leap day of 1900", '"1900-02-29"'], ["a 13th month", '"2023-13-01"'],
    ["a month 0", '"2023-00-10"'], ["a day 0", '"2023-01-00"'], ["a 32nd", '"2023-01-32"'], ["a week", '"2023-W51-7"'],
    ["a day of the year", '"2023-358"'], ["with a blank before it", '" 2023-12-24"'], ["with a blank behind it", '"2023-12-24 "'],
    ["with a T behind it", '"2023-12-24T"'], ["with a word behind it", '"2023-12-24Planted"'], ["of five digits", '"12023-12-24"'],
    ["negative", '"-2023-12-24"'], ["signed", '"+2023-12-24"'], ["with other digits", '"２０２３-12-24"'], ["with typographic hyphens", '"2023–12–24"'],
    ["with a time that begins with a letter", '"2023-12-24Tx0:00"'], ["only a month", '"2023-12"'], ["only a year", '"2023"'],
  ]) {
    wrong("joined", what, text, "not-a-date");
  }
  wrong("joined", "a list", '["2023-12-24"]', "nested");
  wrong("joined", "an object", '{"year": 2023}', "nested");
  // A number that every customer has; -9 means that it is missing.
  wrong("visits", "null", "null", "missing");
  wrong("visits", "the number for missing", "-9", "missing");
  wrong("visits", "the number for missing, spelt otherwise", "-9.0e0", "missing");
  wrong("visits", "the word for missing", '"-9"', "missing");
  wrong("visits", "a number in quotes", '"4"', "not-a-number");
  wrong("visits", "true", "true", "not-a-number");
  wrong("visits", "too large", "2.71828e17", "out-of-bounds");
  wrong("visits", "a list", "[]", "nested");
  // Yes or no, written 1 and 0.
  for (const [what, text] of [["yes", '"yes"'], ["the word true", '"true"'], ["two", "2"], ["a half", "0.5"], ["minus one", "-1"],
    ["an empty text", '""'], ["a blank and a one", '" 1"'], ["a word", '"Planted"'], ["beyond all numbers", "1e999"]]) {
    wrong("newsletter", what, text, "unknown-level");
  }
  wrong("newsletter", "a list", "[true]", "nested");
  wrong("newsletter", "an object", '{"Planted": true}', "nested");
  // S, M, L.
  for (const [what, text] of [["another word", '"XL"'], ["a small letter", '"l"'], ["a letter and a blank", '"L "'], ["an empty text", '""'],
    ["a rank", "2"], ["true", "true"], ["a word", '"Planted"'], ["the word other", '"(other)"'], ["beyond all numbers", "-1e999"]]) {
    wrong("size", what, text, "unknown-level");
  }
  wrong("size", "null", "null", "missing");
  wrong("size", "a list", '["L"]', "nested");
  wrong("size", "an object", "{}", "nested");
  // Words, of which any is taken, and numbers.
  wrong("plan", "true", "true", "unknown-level");
  wrong("plan", "false", "false", "unknown-level");
  wrong("plan", "beyond all numbers", "1e999", "unknown-level");
  wrong("plan", "null", "null", "missing");
  wrong("plan", "a list", '["gold"]', "nested");
  wrong("plan", "an object", '{"name": "Planted"}', "nested");
  // The day on which the customer is looked at.
  for (const [what, text] of [["a word", '"Planted"'], ["now", '"now"'], ["a number", "271828"], ["true", "true"], ["no day", '"2024-02-30"'], ["an empty text", '""']]) {
    wrong("as_of", what, text, "not-a-date");
  }
  wrong("as_of", "a list", '["2024-03-01"]', "nested");
  const missing = ["visits", "size", "plan"].map((name) => [`/${name}`, "missing"]);
  refused("shop: an empty object", "shop", "{}", missing);
  refused("shop: null everywhere", "shop", '{"age":null,"joined":null,"visits":null,"newsletter":null,"size":null,"plan":null}', missing);
  refused("shop: orders, which this model does not take", "shop", '{"orders": [{"date": "2023-12-24", "amount": 271828}], "as_of": "2024-03-01"}', missing);
  refused("shop: one thing wrong in each column", "shop",
    '{"as_of": "Planted", "plan": true, "size": "Planted", "newsletter": "Planted", "visits": -9, "joined": "Planted", "age": 271828}',
    [["/age", "out-of-bounds"], ["/joined", "not-a-date"], ["/visits", "missing"], ["/newsletter", "unknown-level"], ["/size", "unknown-level"],
      ["/plan", "unknown-level"], ["/as_of", "not-a-date"]]);
}
write("shop");
{
  const good = { Gender: "Female", Ever_Married: "Yes", Age: 51, Graduated: "Yes", Profession: "Artist", Work_Experience: 0, Spending_Score: "Low", Family_Size: 1, Var_1: "Cat_6" };
  const wrong = (column, what, value, code) =>
    refused(`excerpt: ${column} is ${what}`, "excerpt", { ...good, [column]: value, customer: "Planted" }, [[`/${column}`, code]]);
  wrong("Ever_Married", "a small word", "yes", "unknown-level");
  wrong("Ever_Married", "one", 1, "unknown-level");
  wrong("Graduated", "another word", "Planted", "unknown-level");
  wrong("Spending_Score", "another word", "Planted", "unknown-level");
  wrong("Spending_Score", "a rank", 0, "unknown-level");
  wrong("Profession", "true", true, "unknown-level");
  wrong("Profession", "a list", ["Artist"], "nested");
  wrong("Age", "a word", "Planted", "not-a-number");
  wrong("Gender", "an object", { Planted: 271828 }, "nested");
}
write("excerpt");

// ---- Customers as their orders.
{
  const AS_OF = '"as_of": "2026-11-22"';
  const orders = (name, body, errors) => refused(`orders: ${name}`, "sample", body, errors);
  const order = (name, text, errors) => orders(name, `{"orders": [${text}], ${AS_OF}, "customer": "Planted"}`, errors.map(([pointer, code]) => [`/orders/0${pointer}`, code]));
  orders("no day to look at", '{"orders": [{"date": "2026-11-02", "amount": 271828, "quantity": 2}]}', [["/as_of", "missing"]]);
  orders("null for the day", '{"orders": [{"date": "2026-11-02", "amount": 271828, "quantity": 2}], "as_of": null}', [["/as_of", "missing"]]);
  orders("a word for the day", '{"orders": [{"date": "2026-11-02", "amount": 1, "quantity": 2}], "as_of": "Planted"}', [["/as_of", "not-a-date"]]);
  orders("a number for the day", '{"orders": [{"date": "2026-11-02", "amount": 1, "quantity": 2}], "as_of": 271828}', [["/as_of", "not-a-date"]]);
  orders("a day that does not exist", '{"orders": [{"date": "2026-11-02", "amount": 1, "quantity": 2}], "as_of": "2026-11-31"}', [["/as_of", "not-a-date"]]);
  orders("a list for the day", '{"orders": [{"date": "2026-11-02", "amount": 1, "quantity": 2}], "as_of": [271828]}', [["/as_of", "nested"]]);
  orders("null", `{"orders": null, ${AS_OF}}`, [["/orders", "missing"]]);
  orders("a number", `{"orders": 271828, ${AS_OF}}`, [["/orders", "not-a-list"]]);
  orders("a text", `{"orders": "Planted", ${AS_OF}}`, [["/orders", "not-a-list"]]);
  orders("a text that is a list", `{"orders": "[]", ${AS_OF}}`, [["/orders", "not-a-list"]]);
  orders("true", `{"orders": true, ${AS_OF}}`, [["/orders", "not-a-list"]]);
  orders("an object", `{"orders": {"date": "2026-11-02", "amount": 271828, "quantity": 2}, ${AS_OF}}`, [["/orders", "not-a-list"]]);
  orders("none", `{"orders": [], ${AS_OF}}`, [["/orders", "no-past-order"]]);
  orders("only later ones", `{"orders": [{"date": "2026-11-23", "amount": 271828, "quantity": 2}], ${AS_OF}}`, [["/orders", "no-past-order"]]);
  order("an empty order", "{}", [["/date", "missing"], ["/amount", "missing"], ["/quantity", "missing"]]);
  order("a number for an order", "271828", [["", "not-an-object"]]);
  order("a text for an order", '"Planted"', [["", "not-an-object"]]);
  order("null for an order", "null", [["", "not-an-object"]]);
  order("a list for an order", '["2026-11-02", 271828]', [["", "not-an-object"]]);
  order("no date", '{"amount": 271828, "quantity": 2}', [["/date", "missing"]]);
  order("null for a date", '{"date": null, "amount": 271828, "quantity": 2}', [["/date", "missing"]]);
  order("a word for a date", '{"date": "Planted", "amount": 271828, "quantity": 2}', [["/date", "not-a-date"]]);
  order("a number for a date", '{"date": 20261102, "amount": 271828, "quantity": 2}', [["/date", "not-a-date"]]);
  order("true for a date", '{"date": true, "amount": 271828, "quantity": 2}', [["/date", "not-a-date"]]);
  order("a German date", '{"date": "02.11.2026", "amount": 271828, "quantity": 2}', [["/date", "not-a-date"]]);
  order("a date that does not exist", '{"date": "2026-02-29", "amount": 271828, "quantity": 2}', [["/date", "not-a-date"]]);
  order("an object for a date", '{"date": {"Planted": 1}, "amount": 271828, "quantity": 2}', [["/date", "nested"]]);
  order("no amount", '{"date": "2026-11-02", "quantity": 271828}', [["/amount", "missing"]]);
  order("an amount in quotes", '{"date": "2026-11-02", "amount": "271828", "quantity": 2}', [["/amount", "not-a-number"]]);
  order("true for an amount", '{"date": "2026-11-02", "amount": true, "quantity": 2}', [["/amount", "not-a-number"]]);
  order("a list for an amount", '{"date": "2026-11-02", "amount": [271828], "quantity": 2}', [["/amount", "nested"]]);
  order("an amount too large", '{"date": "2026-11-02", "amount": 2.71828e15, "quantity": 2}', [["/amount", "out-of-bounds"]]);
  order("an amount beyond all numbers", '{"date": "2026-11-02", "amount": 1e400, "quantity": 2}', [["/amount", "out-of-bounds"]]);
  order("no quantity", '{"date": "2026-11-02", "amount": 271828}', [["/quantity", "missing"]]);
  order("a quantity in quotes", '{"date": "2026-11-02", "amount": 271828, "quantity": "Planted"}', [["/quantity", "not-a-number"]]);
  order("a quantity too small", '{"date": "2026-11-02", "amount": 1, "quantity": -2.71828e15}', [["/quantity", "out-of-bounds"]]);
  order("everything wrong in an order", '{"date": [], "amount": {}, "quantity": "Planted"}', [["/date", "nested"], ["/amount", "nested"], ["/quantity", "not-a-number"]]);
  orders("a good one, a wrong one and a later wrong one",
    `{"orders": [{"date": "2026-11-02", "amount": 1, "quantity": 2}, {"date": "Planted", "amount": 1, "quantity": 2}, {"date": "2027-01-01", "amount": "Planted", "quantity": 2}], ${AS_OF}}`,
    [["/orders/1/date", "not-a-date"], ["/orders/2/amount", "not-a-number"]]);
  orders("a column beside them", `{"frequency": 271828, "orders": [{"date": "2026-11-02", "amount": 1, "quantity": 2}], ${AS_OF}}`, [["/frequency", "conflict"]]);
  orders("a column of null beside them", `{"frequency": null, "orders": [{"date": "2026-11-02", "amount": 1, "quantity": 2}], ${AS_OF}}`, [["/frequency", "conflict"]]);
  orders("a mean beside them", `{"mean_quantity": 271828, "orders": [{"date": "2026-11-02", "amount": 1, "quantity": 2}], ${AS_OF}}`, [["/mean_quantity", "conflict"]]);
  orders("every column beside them",
    `{"mean_quantity": 1, "tenure_days": 1, "total_amount": 1, "mean_amount": 1, "frequency": 1, "recency_days": 271828, "orders": [{"date": "2026-11-02", "amount": 1, "quantity": 2}], ${AS_OF}}`,
    ["recency_days", "frequency", "mean_amount", "total_amount", "tenure_days", "mean_quantity"].map((name) => [`/${name}`, "conflict"]));
  orders("a column, the day and an order wrong at once", '{"frequency": 271828, "orders": [{"date": "Planted", "amount": 1, "quantity": 2}], "as_of": "Planted"}',
    [["/frequency", "conflict"], ["/as_of", "not-a-date"], ["/orders/0/date", "not-a-date"]]);
  orders("a sum that is too large", `{"orders": [{"date": "2026-11-02", "amount": 9e14, "quantity": 2}, {"date": "2026-11-03", "amount": 9e14, "quantity": 2}], ${AS_OF}}`, [["/total_amount", "out-of-bounds"]]);
  orders("a hundred violations at most", `{"orders": [${Array(150).fill("271828").join(",")}], ${AS_OF}}`, Array.from({ length: 100 }, (_, i) => [`/orders/${i}`, "not-an-object"]));
  orders("no orders and nothing else", `{${AS_OF}}`, ["recency_days", "frequency", "mean_amount", "total_amount", "tenure_days", "mean_quantity"].map((name) => [`/${name}`, "missing"]));
}
write("orders");

// ---- Batches as a whole; what is wrong with a row is the row's own.
{
  const NDJSON = { "content-type": "application/x-ndjson" };
  const batch = (name, status, type, body, headers) => add(`batch: ${name}`, status, type, { path: "/v1/segments", body, headers });
  batch("an empty body", 400, "not-json", "¦");
  batch("blanks", 400, "not-json", " \n¦");
  batch("cut off", 400, "not-json", `[{${GOOD}}¦`);
  batch("cut after a comma", 400, "not-json", `[{${GOOD}},¦`);
  batch("a comma at its end", 400, "not-json", `[{${GOOD}},¦]`);
  batch("no comma between customers", 400, "not-json", `[{${GOOD}} ¦{${GOOD}}]`);
  batch("two lists", 400, "not-json", `[{${GOOD}}] ¦[]`);
  batch("closed as an object", 400, "not-json", `[{${GOOD}}¦}`);
  batch("lines announced as a list", 400, "not-json", `{${GOOD}}\n¦{${GOOD}}\n`);
  batch("a bare word in a customer", 400, "not-json", `[{${GOOD}, "x": ¦Planted}]`);
  batch("a comment", 400, "not-json", `[¦/* Planted */]`);
  batch("a byte order mark", 400, "not-json", "¦\ufeff[]");
  batch("one customer", 400, "not-an-array", `{${GOOD}}`);
  batch("a list in an object", 400, "not-an-array", `{"customers": [{${GOOD}}]}`);
  batch("a number", 400, "not-an-array", "271828");
  batch("a string", 400, "not-an-array", '"Planted"');
  batch("null", 400, "not-an-array", "null");
  batch("bytes that are no text", 400, "not-utf8", Buffer.concat([Buffer.from('[{"x": "Planted¦'), Buffer.from([0xff]), Buffer.from('"}]')]));
  batch("bytes that are no text in lines", 400, "not-utf8", Buffer.concat([Buffer.from('{"x": 1}\n{"x": "Planted¦'), Buffer.from([0xff]), Buffer.from('"}\n')]), NDJSON);
  batch("1,001 numbers", 413, "too-many-rows", `[${Array(1001).fill("271828").join(",")}]`);
  batch("1,001 lines", 413, "too-many-rows", "271828\n".repeat(1001), NDJSON);
  batch("1,001 rows and then no JSON", 413, "too-many-rows", `[${Array(1001).fill("1").join(",")} Planted`);
  batch("announced as text", 415, "unsupported-media-type", `[{${GOOD}}]`, { "content-type": "text/plain" });
  batch("not announced", 415, "unsupported-media-type", `[{${GOOD}}]`, {});
  batch("announced as CSV", 415, "unsupported-media-type", "Planted,271828", { "content-type": "text/csv" });
}
write("batches");

// ---- What the body is announced as, before anybody looks at it.
{
  const CUSTOMER = `{${GOOD}}`;
  const announced = (name, type) =>
    add(`announced as ${name}`, 415, "unsupported-media-type", {
      headers: type === undefined ? {} : { "content-type": type },
      body: CUSTOMER,
      headers_out: { "accept-post": "application/json" },
    });
  announced("nothing");
  announced("an empty type", "");
  announced("text", "text/plain");
  announced("text that may be JSON", "text/json");
  announced("a form", "application/x-www-form-urlencoded");
  announced("a form of parts", "multipart/form-data; boundary=Planted");
  announced("bytes", "application/octet-stream");
  announced("XML", "application/xml");
  announced("JSON of another kind", "application/problem+json");
  announced("JSON of a vendor", "application/vnd.api+json");
  announced("lines", "application/x-ndjson");
  announced("more lines", "application/jsonl");
  announced("JSON5", "application/json5");
  announced("half a type", "json");
  announced("any type", "*/*");
  announced("two types", "application/json, text/plain");
  announced("a type with a blank", "application / json");
  announced("a type behind a parameter", "charset=utf-8; application/json");
  announced("JavaScript", "application/javascript");
  announced("a planted type", "application/planted-271828");
  add("the type is looked at before the size", 415, "unsupported-media-type", { headers: { "content-type": "text/plain" }, body: "Planted".repeat(3000) });
  add("the query is looked at before the type", 400, "bad-query", { path: "/v1/segment?explain=Planted", headers: { "content-type": "text/plain" }, body: CUSTOMER });
}
write("media-types");

// ---- Methods.
{
  const method = (verb, path, allow) =>
    add(`${verb} ${path}`, 405, "method-not-allowed", { method: verb, path, headers: { "x-customer": "Planted 271828" }, headers_out: { allow } });
  const [POST, GET] = ["POST, OPTIONS", "GET, HEAD, OPTIONS"];
  for (const verb of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "PROPFIND"]) method(verb, "/v1/segment", POST);
  for (const verb of ["GET", "PUT", "DELETE"]) method(verb, "/v1/segments", POST);
  for (const verb of ["POST", "PUT", "DELETE", "PATCH"]) {
    method(verb, "/v1/customers/Planted271828", GET);
    method(verb, "/v1/schema", GET);
  }
  for (const path of ["/v1/model", "/openapi.json", "/healthz", "/version", "/problems/not-json"]) {
    method("POST", path, GET);
    method("DELETE", path, GET);
  }
  method("GET", "/v1/segment?explain=Planted", POST);
  add("GET with a customer in the query", 405, "method-not-allowed", { method: "GET", path: "/v1/segment?customer=Planted&recency_days=271828", headers: {} });
  add("a method is looked at before the type", 405, "method-not-allowed", { method: "PUT", headers: { "content-type": "text/plain" }, body: "Planted" });
}
write("methods");

// ---- Paths.
{
  const nothing = (path, method = "POST") =>
    add(`${method} ${path.slice(0, 60)}`, 404, "not-found", { method, path, ...(method === "POST" ? { body: `{${GOOD}}` } : { headers: {} }) });
  for (const path of ["/v1/", "/v1/segment/", "/v1/Segment", "/v1/SEGMENT", "/v1/segment/Planted", "/v1/segment.json", "/v1/segmen", "/v1/segmentss",
    "/v1/segments/", "/v1/segment%20", "/v1/%73egment", "/v1%2Fsegment", "/v1/segment%2F", "/v1/segment%00", "/v1/segment;explain=true",
    "/v1//segment", "/v1/segment//", "/v2/segment", "/v1/predict", "/v1/Planted271828", "/segment", "/Planted", "/v1/segment%3Fexplain=true",
    "/v1/segment%", "/v1/segment&explain=true", "/v1/customers", "/v1/customers/", "/v1/customers/a/b", "/v1/%2e%2e%2fsegment",
    "/v1/..%5Csegment", "/v1/segment%0d%0aPlanted:%201", "/v1/schema/", "/v1/model/Planted", `/v1/${"Planted".repeat(300)}`]) {
    nothing(path);
  }
  for (const path of ["/v1/schema.json", "/healthz/", "/Healthz", "/version/", "/openapi.json/", "/openapi.yaml", "/problems", "/problems/",
    "/problems/Planted", "/problems/NOT-JSON", "/problems/not-json/", "/problems/not%2Djson", "/problems/..%2F..%2Fetc%2Fpasswd", "/v1", "/.env", "/.git/config",
    "/wp-admin/Planted", "/v1/customers/%41/%42", "/metrics", "/admin", "/v1/keys"]) {
    nothing(path, "GET");
  }
}
write("paths");

// ---- Queries.
{
  const query = (text) => add(`a query ?${text}`, 400, "bad-query", { path: `/v1/segment?${text}`, body: `{${GOOD}}` });
  for (const text of ["explain=yes", "explain=1", "explain=0", "explain=", "explain", "explain=TRUE", "explain=True", "explain=%74rue", "explain=true%20",
    "explain=+true", "explain=true&explain=true", "explain=true&explain=false", "explain=false&x=Planted&explain=false", "explain=Planted271828",
    "explain=true,false", "explain=true=true", "x=Planted&explain=no", "explain=%FF", "explain=true%00", "explain=null", "explain&explain",
    "explain=tru%C3%A9"]) {
    query(text);
  }
  add("a batch's query", 400, "bad-query", { path: "/v1/segments?explain=Planted", body: "[]" });
  add("a query is looked at before the body", 400, "bad-query", { path: "/v1/segment?explain=Planted", body: "{oops" });
  for (const text of ["which=Planted", "which=", "which", "which=champion&which=champion", "which=Champion", "which=challenge%72"]) {
    add(`a model's query ?${text}`, 400, "bad-query", { method: "GET", path: `/v1/model?${text}`, headers: {} });
  }
  add("a second model that is not there", 404, "no-challenger", { method: "GET", path: "/v1/model?which=challenger", headers: {} });
}
write("queries");

// ---- Sizes. `pad` puts so many blanks behind the body; `chunked` sends it without its length.
{
  const BODY = `{${GOOD}}`;
  const over = (name, rest) => add(`size: ${name}`, 413, "too-large", { body: BODY, ...rest });
  over("one byte over the limit", { pad: 16 * 1024 + 1 - BODY.length });
  over("one byte over the limit, without its length", { pad: 16 * 1024 + 1 - BODY.length, chunked: true });
  over("a hundred kilobytes", { pad: 100_000 });
  over("a hundred kilobytes, without the length", { pad: 100_000, chunked: true });
  over("malformed, and over the limit", { body: "{oops Planted", pad: 20_000 });
  over("no text, and over the limit", { body: Buffer.concat([Buffer.from("Planted"), Buffer.from([0xff])]), pad: 20_000 });
  over("reasons, and over the limit", { path: "/v1/segment?explain=true", pad: 20_000 });
  over("a batch one byte over its limit", { path: "/v1/segments", body: "[]", pad: 1024 * 1024 - 1 });
  over("a batch one byte over its limit, without its length", { path: "/v1/segments", body: "[]", pad: 1024 * 1024 - 1, chunked: true });
  over("a batch in lines over its limit", { path: "/v1/segments", body: "{}", pad: 1024 * 1024, headers: { "content-type": "application/x-ndjson" } });
  // At the limit a body is read.
  add("size: malformed at the limit", 400, "not-json", { body: `{${GOOD}¦`, pad: 16 * 1024 - GOOD.length - 1, at: [1, 16 * 1024 + 1] });
  add("size: malformed at the limit, without its length", 400, "not-json", { body: `[1] Planted`, pad: 16 * 1024 - 11, chunked: true });
}
write("sizes");

// ---- Ids of customers.
{
  const id = (text, slug = "unknown-customer") => add(`an id ${text.slice(0, 60)}`, 404, slug, { method: "GET", path: `/v1/customers/${text}`, headers: {} });
  for (const text of ["Planted", "271828", "%50lanted", "Erika%20Planted", "%20", "%09%0A", "%", "%2", "%zz", "%FF", "%C3", "%ED%A0%80", "%C0%AF", "%00",
    "Planted%0D%0Ax:%20y", "%F0%9F%98%80", "a%2Fb", "*", "Planted@example.com", "%25", "Planted".repeat(37), "%E2%82%AC".repeat(86), "{id}",
    "null", "undefined", "%22Planted%22", "0", "-1"]) {
    id(text);
  }
  id("a/b", "not-found");
  // Two dots, encoded or not, are the folder above (WHATWG URL, "double-dot path segment").
  id("%2E%2E", "not-found");
  id("Planted/", "not-found");
}
write("ids");

console.log(`${names.size} cases`);
