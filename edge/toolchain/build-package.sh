#!/usr/bin/env bash
# Builds the npm package `wedge-predict` into edge/pkg/: one module for browsers and bundlers
# (web/), one for Node (nodejs/). No model is inside: the caller loads one.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -f .tools/env ] || { echo "error: the wasm tools are not installed: run \`make setup\`" >&2; exit 1; }
. .tools/env

# A page loads it before it can answer: here size counts more than a few microseconds an answer.
export CARGO_PROFILE_WASM_OPT_LEVEL=z
cargo build --locked -p edge --lib --features browser --profile wasm --target wasm32-unknown-unknown
target=$(cargo metadata --locked --no-deps --format-version 1 |
  node -p 'JSON.parse(require("fs").readFileSync(0)).target_directory')
version=$(cargo metadata --locked --no-deps --format-version 1 |
  node -p 'JSON.parse(require("fs").readFileSync(0)).packages.find(p => p.name == "edge").version')

# What every browser of the last years and Node 20 understand, and rustc emits: named, so that a
# newer wasm-opt uses nothing beyond it. Names of functions are of no use to a page: stripped.
# --low-memory-unused: rustc puts the stack first, so nobody reads its last kilobyte at address 0.
opt=(-Oz --converge --low-memory-unused --strip-debug --strip-producers
  --enable-mutable-globals --enable-sign-ext --enable-nontrapping-float-to-int
  --enable-bulk-memory --enable-multivalue --enable-reference-types)

pkg=edge/pkg
rm -rf $pkg
for kind in web nodejs; do
  "$WASM_BINDGEN_BIN" "$target/wasm32-unknown-unknown/wasm/edge.wasm" \
    --target $kind --out-dir $pkg/$kind --out-name wedge_predict --remove-name-section
  "$WASM_OPT_BIN" "${opt[@]}" $pkg/$kind/wedge_predict_bg.wasm -o $pkg/$kind/wedge_predict_bg.wasm
done
# Its own types name `Symbol.dispose`, which older settings of TypeScript do not know.
for types in $pkg/{web,nodejs}/wedge_predict.d.ts; do
  printf '%s\n' '/// <reference lib="esnext.disposable" />' | cat - "$types" >"$types.new"
  mv "$types.new" "$types"
done
# wasm-bindgen's Node module is CommonJS, its web module is not. Node loads the wasm by itself: there `init`
# does nothing, so that the same program runs in both.
echo '{ "type": "commonjs" }' >$pkg/nodejs/package.json
cat >$pkg/nodejs/index.mjs <<'JS'
import wedge from "./wedge_predict.js";
export const { Predictor } = wedge;
export default async function init() {}
JS
cat >$pkg/nodejs/index.d.mts <<'TS'
export * from "./wedge_predict.js";
export default function init(): Promise<void>;
TS
cp edge/toolchain/package-readme.md $pkg/README.md
cp LICENSE-MIT LICENSE-APACHE $pkg/
node edge/toolchain/licenses.mjs browser >$pkg/LICENSES-THIRD-PARTY

# Last: make takes this file as the sign of a finished build.
cat >$pkg/package.json <<JSON
{
  "name": "wedge-predict",
  "version": "$version",
  "description": "Customer segments and recommendations, computed where the customer is",
  "license": "MIT OR Apache-2.0",
  "type": "module",
  "exports": {
    ".": {
      "node": {
        "import": { "types": "./nodejs/index.d.mts", "default": "./nodejs/index.mjs" },
        "require": { "types": "./nodejs/wedge_predict.d.ts", "default": "./nodejs/wedge_predict.js" }
      },
      "types": "./web/wedge_predict.d.ts",
      "default": "./web/wedge_predict.js"
    },
    "./wedge_predict_bg.wasm": "./web/wedge_predict_bg.wasm"
  },
  "types": "./web/wedge_predict.d.ts",
  "files": ["web", "nodejs", "LICENSE-MIT", "LICENSE-APACHE", "LICENSES-THIRD-PARTY"]
}
JSON
