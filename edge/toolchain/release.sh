#!/usr/bin/env bash
# Assembles a release of the Worker: a folder that is deployed with wrangler alone, without Rust. What is its owner's
# stays: models, which `trainer embed` has put there, and settings that were changed.
#
# RELEASE=folder  where to (default dist/worker)
# MODEL=file      the model that is put into it (default: the one that is there, else the sample)
set -euo pipefail
cd "$(dirname "$0")/../.."

out=${RELEASE:-dist/worker}
[ -f edge/build/entry.js ] || { echo "error: there is no Worker in edge/build: run \`make worker\`" >&2; exit 1; }
[ -z "${MODEL:-}" ] || [ -f "$MODEL" ] || { echo "error: there is no model at $MODEL" >&2; exit 1; }

mkdir -p "$out"
cp edge/build/{entry.js,index.js,index_bg.wasm} edge/release/README.md LICENSE-MIT LICENSE-APACHE "$out/"
settings=edge/release/wrangler.toml
if [ -f "$out/wrangler.toml" ] && ! cmp -s "$settings" "$out/wrangler.toml"; then
  echo "kept $out/wrangler.toml, which differs from $settings; without it, \`make release\` copies that one" >&2
else
  cp "$settings" "$out/wrangler.toml"
fi
node edge/toolchain/licenses.mjs worker >"$out/LICENSES-THIRD-PARTY"
if [ -n "${MODEL:-}" ] || [ ! -f "$out/model.postcard" ]; then
  cp "${MODEL:-edge/model.postcard}" "$out/model.postcard"
fi
[ -f "$out/challenger.postcard" ] || : >"$out/challenger.postcard"
echo "the release is in $out; its README.md says how to deploy it" >&2
