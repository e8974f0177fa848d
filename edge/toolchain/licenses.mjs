// Prints the licences of everything that is compiled into a wasm of ours: the crates of its resolved dependency graph,
// each with the text it brings, and Rust's standard library.
//
//   node edge/toolchain/licenses.mjs worker|browser > LICENSES-THIRD-PARTY

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const [feature] = process.argv.slice(2);
const TARGET = "wasm32-unknown-unknown";

const OPTIONS = { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] };
const cargo = (...args) => execFileSync("cargo", args, OPTIONS);

/** `name version` of what runs in the wasm: not what only runs while it is built. */
function compiled() {
  const only = ["-e", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"];
  const tree = cargo("tree", "--locked", "-p", "edge", "-F", feature, "--target", TARGET, ...only);
  const known = tree.split("\n").map((line) => line.match(/^(\S+) v(\S+)/)).filter(Boolean);
  return new Set(known.map(([, name, version]) => `${name} ${version}`));
}

/** The texts of a crate's licences. Of a choice that has MIT in it, MIT. */
function texts(folder, license) {
  const found = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const names = found.map(({ name }) => name).sort();
  const files = names.filter((name) => /^(licen[cs]e|copying|unlicense|notice)/i.test(name));
  const isChoice = /\bMIT\b/.test(license) && !/\bAND\b/.test(license);
  const hasMit = isChoice && files.some((name) => /mit/i.test(name));
  const chosen = hasMit ? files.filter((name) => /mit|notice/i.test(name)) : files;
  return chosen.map((name) => readFileSync(join(folder, name), "utf8").replaceAll("\r\n", "\n").trim());
}

const wanted = compiled();
const metadata = JSON.parse(cargo("metadata", "--locked", "--all-features", "--format-version", "1"));
const groups = new Map();
let count = 0;
for (const { name, version, license, source, manifest_path: manifest } of metadata.packages) {
  if (!wanted.delete(`${name} ${version}`) || source === null) continue;
  count += 1;
  const title = `${name} ${version} (${license})`;
  const found = texts(dirname(manifest), license);
  if (found.length === 0) throw new Error(`${title} brings no text of its licence: look for it, and add it here`);
  for (const text of found) groups.set(text, [...(groups.get(text) ?? []), title]);
}
if (count === 0 || wanted.size > 0) throw new Error(`not found: ${[...wanted].join(", ") || `crates of ${feature}`}`);

const rule = "-".repeat(80);
console.log(`Wedge is licensed under MIT or Apache-2.0, at your choice. The wasm in this folder also contains ${count} crates
by others and Rust's standard library (MIT OR Apache-2.0, by the Rust Project's contributors). Where a crate gives
the choice, it is used under MIT.`);
for (const [text, titles] of groups) console.log(`\n${rule}\n${titles.join("\n")}\n\n${text}`);
