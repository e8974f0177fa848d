#!/usr/bin/env bash
# Assembles the page into edge/site/, which the Worker's assets are served from: the files of
# edge/web/, the web build of the package as /pkg/, and the model as /model.postcard.
#
# WEDGE_MODEL=file  the model that the page loads (default edge/model.postcard)
set -euo pipefail
cd "$(dirname "$0")/../.."

model=${WEDGE_MODEL:-edge/model.postcard}
site=edge/site
[ -f "$model" ] || { echo "error: there is no model at $model (WEDGE_MODEL)" >&2; exit 1; }
[ -f edge/pkg/package.json ] || { echo "error: no package in edge/pkg: run \`make package\`" >&2; exit 1; }

# The folder itself stays: a running `wrangler dev` watches it.
mkdir -p $site
rm -rf ${site:?}/*
mkdir $site/pkg
cp edge/pkg/web/wedge_predict.js edge/pkg/web/wedge_predict_bg.wasm $site/pkg/
cp "$model" $site/model.postcard
# Last: make takes index.html as the sign of a finished build.
cp -R edge/web/. $site/
