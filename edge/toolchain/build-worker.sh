#!/usr/bin/env bash
# Builds the Cloudflare Worker, with the model inside: index.js and index_bg.wasm.
#
# WEDGE_MODEL=file  the model to embed (default edge/model.postcard)
# WEDGE_OUT=folder  where to, inside edge/ (default build)
#
# worker-build reads its wasm-opt options from edge/Cargo.toml; `--profile wasm` is the workspace's.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -f .tools/env ] || { echo "error: the wasm tools are not installed: run \`make setup\`" >&2; exit 1; }
. .tools/env

model=${WEDGE_MODEL:-edge/model.postcard}
[ -f "$model" ] || { echo "error: there is no model at $model (WEDGE_MODEL)" >&2; exit 1; }
# cargo runs inside edge/, where a relative path would mean another file.
WEDGE_MODEL=$(cd "$(dirname "$model")" && pwd)/$(basename "$model")
export WEDGE_MODEL

cd edge
../.tools/bin/worker-build --profile wasm --out-dir "${WEDGE_OUT:-build}" --locked --features worker
