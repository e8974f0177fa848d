# The commands of the project: `make help` lists them. What they do is in edge/toolchain/ and
# tests/; make only knows what depends on what, so that a build with nothing new does nothing.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run test bench fuzz worker worker-excerpt worker-shop package site fit-sample clean FORCE

PORT ?= 8787
# The model that the Worker and the page answer from. `make run` fits the sample when none is given.
GIVEN_MODEL := $(MODEL)
MODEL := $(or $(GIVEN_MODEL),edge/model.postcard)

RUST := $(shell find Cargo.toml Cargo.lock shared edge/Cargo.toml edge/build.rs edge/src -type f 2>/dev/null)
WEB := $(shell find edge/web -type f 2>/dev/null)
# The builds read this copy, which changes only when the model's bytes do, wherever they come from.
STAGED_MODEL := edge/build/model.postcard

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the wasm tools, the npm packages, Chromium and g++
	@edge/toolchain/setup.sh wasm npm chromium fuzz

run: ## serve the Worker and the page; PORT=8787, MODEL=file for a model of your own
	@node edge/toolchain/run.mjs --check-port $(PORT)
	@$(if $(GIVEN_MODEL),[ -f '$(MODEL)' ] || { $(NO_MODEL); })
	@$(if $(GIVEN_MODEL),[ "$$(head -c 4 '$(MODEL)')" = WEDG ] || { $(BAD_MODEL); })
	@edge/toolchain/setup.sh wasm npm
	@$(if $(GIVEN_MODEL),,$(MAKE) --no-print-directory fit-sample)
	@$(MAKE) --no-print-directory worker site MODEL='$(or $(GIVEN_MODEL),model/model.postcard)'
# `set -m`: at a terminal, Ctrl-C goes to the server alone, so that stopping it is no error of make.
	@[ ! -t 0 ] || set -m; export MODEL='$(or $(GIVEN_MODEL),model/model.postcard)'; \
	  node edge/toolchain/run.mjs $(PORT); exit $$?

test: ## run every check and test, cheapest first
	@edge/toolchain/setup.sh wasm npm chromium fuzz
	@node tests/run.mjs

bench: ## time reading and typing a million rows, beside the csv crate
	cargo bench -p tests --bench read

fuzz: ## look for bytes that break a reader, for FUZZ_SECONDS (60) each
	@edge/toolchain/setup.sh fuzz
	@tests/fuzz/run.sh

worker: edge/build/index.js ## build the Worker around MODEL, into edge/build/

# For the tests: mixed kinds of columns, and dates, which the sample has not.
worker-excerpt: edge/build-excerpt/index.js
worker-shop: edge/build-shop/index.js

package: edge/pkg/package.json ## build the npm package, into edge/pkg/

site: edge/site/index.html ## assemble the page, into edge/site/

fit-sample: ## fit the sample customers with the release trainer, into model/
	cargo run --release -p trainer -- fit trainer/samples/cdnow_customers.csv \
	  --target future_spend --out model

clean: ## remove what was built (not the installed tools, not model/)
	rm -rf edge/build edge/build-excerpt edge/build-shop edge/pkg edge/site
	cargo clean

edge/build/index.js: $(RUST) $(STAGED_MODEL) .tools/env edge/toolchain/build-worker.sh
	WEDGE_MODEL=$(STAGED_MODEL) edge/toolchain/build-worker.sh

edge/build-excerpt/index.js: $(RUST) tests/data/artifacts/format-1.postcard .tools/env edge/toolchain/build-worker.sh
	WEDGE_MODEL=tests/data/artifacts/format-1.postcard WEDGE_OUT=build-excerpt edge/toolchain/build-worker.sh

edge/build-shop/index.js: $(RUST) tests/data/artifacts/shop.postcard .tools/env edge/toolchain/build-worker.sh
	WEDGE_MODEL=tests/data/artifacts/shop.postcard WEDGE_OUT=build-shop edge/toolchain/build-worker.sh

edge/pkg/package.json: $(RUST) .tools/env edge/toolchain/build-package.sh edge/toolchain/package-readme.md
	edge/toolchain/build-package.sh

edge/site/index.html: $(WEB) $(STAGED_MODEL) edge/pkg/package.json edge/toolchain/build-site.sh
	WEDGE_MODEL=$(STAGED_MODEL) edge/toolchain/build-site.sh

# The next two always look, and write only what has changed.
$(STAGED_MODEL): FORCE
	@[ -f '$(MODEL)' ] || { $(NO_MODEL); }
	@mkdir -p $(@D)
	@cmp -s '$(MODEL)' $@ || cp '$(MODEL)' $@

.tools/env: FORCE
	@edge/toolchain/setup.sh wasm npm

NO_MODEL = echo "error: there is no model at $(MODEL): make one with \`trainer fit\`, and pass its model.postcard as MODEL=" >&2; exit 1
BAD_MODEL = echo "error: $(MODEL) is not a Wedge artifact: pass the model.postcard that \`trainer fit\` wrote as MODEL=" >&2; exit 1
