#!/usr/bin/env bash
# Builds the Cloudflare Worker: entry.js, index.js and index_bg.wasm. The models that it answers from lie beside them
# as model.postcard and challenger.postcard, and are no part of the build.
#
# WEDGE_OUT=folder        where to, inside edge/ (default build)
# WEDGE_FEATURES=feature  the face to build (default worker)
#
# worker-build reads its wasm-opt options from edge/Cargo.toml; `--profile wasm` is the workspace's.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -f .tools/env ] || { echo "error: the wasm tools are not installed: run \`make setup\`" >&2; exit 1; }
. .tools/env

out=${WEDGE_OUT:-build}
cd edge
../.tools/bin/worker-build --profile wasm --out-dir "$out" --locked --features "${WEDGE_FEATURES:-worker}"
# No second model, unless somebody has put one there.
[ -f "$out/challenger.postcard" ] || : >"$out/challenger.postcard"
# Last: make takes this file as the sign of a finished build.
cp src/entry.js "$out/entry.js"
