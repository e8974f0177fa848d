# The commands of the project: `make help` lists them. What they do is in edge/toolchain/ and
# tests/; make only knows what depends on what, so that a build with nothing new does nothing.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup run test bench bench-edge fuzz soak schemathesis worker worker-panic package site release deploy fit-sample \
  clean FORCE

PORT ?= 8787
CASES ?= 10000
SEEDS ?= 1,2,3
# The model that the Worker and the page answer from. `make run` fits the sample when none is given.
GIVEN_MODEL := $(MODEL)
MODEL := $(or $(GIVEN_MODEL),edge/model.postcard)
# What `make deploy` uploads. The models in it stay from one release to the next.
RELEASE ?= dist/worker

RUST := $(shell find Cargo.toml Cargo.lock shared edge/Cargo.toml edge/src -type f 2>/dev/null)
WEB := $(shell find edge/web -type f 2>/dev/null)
# The Worker and the page read this copy, which changes only when the model's bytes do, wherever they come from.
STAGED_MODEL := edge/build/model.postcard

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the wasm tools, the npm packages, Chromium, g++ and Schemathesis
	@edge/toolchain/setup.sh wasm npm chromium fuzz schemathesis

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
	@edge/toolchain/setup.sh wasm npm chromium fuzz schemathesis
	@node tests/run.mjs

bench: ## time reading and typing a million rows, beside the csv crate
	cargo bench -p tests --bench read

bench-edge: worker ## time the Worker beside plain JavaScript ones; QUICK=1 for a few seconds
	@node tests/bench/edge.mjs $(if $(QUICK),--quick)

fuzz: ## look for bytes that break a reader, for FUZZ_SECONDS (60) each
	@edge/toolchain/setup.sh fuzz
	@tests/fuzz/run.sh

soak: ## ask the Worker beside each way that KV fails, for SOAK_SECONDS (60) each
	@edge/toolchain/setup.sh wasm npm
	@$(MAKE) --no-print-directory worker worker-panic
	@SOAK_SECONDS=$${SOAK_SECONDS:-60} SOAK_REQUESTS=10000 node --test --test-concurrency=1 \
	  tests/edge/faults.test.mjs tests/edge/privacy.test.mjs

schemathesis: worker ## ask the Worker what its own description allows; CASES=10000, SEEDS=1,2,3
	@edge/toolchain/setup.sh npm schemathesis
	@CASES='$(CASES)' SEEDS='$(SEEDS)' node tests/edge/schemathesis/run.mjs

worker: edge/build/entry.js $(STAGED_MODEL) ## build the Worker, into edge/build/, with MODEL beside it

worker-panic: edge/build-panic/entry.js ## build the Worker with a path that panics, for one test, into edge/build-panic/

package: edge/pkg/package.json ## build the npm package, into edge/pkg/

site: edge/site/index.html ## assemble the page, into edge/site/

release: edge/build/entry.js ## assemble what is deployed, into dist/worker/ (RELEASE=); MODEL=file for a model of your own
	@MODEL='$(GIVEN_MODEL)' RELEASE='$(RELEASE)' edge/toolchain/release.sh

deploy: ## check a release and upload it: ENV=staging or production; DRY_RUN=1 only checks
	@case '$(ENV)' in staging|production) ;; *) $(NO_ENV);; esac
	@$(MAKE) --no-print-directory release
	@node edge/toolchain/deploy.mjs '$(RELEASE)' '$(ENV)' $(if $(DRY_RUN),--dry-run)

fit-sample: ## fit the sample customers with the release trainer, into model/
	cargo run --release -p trainer -- fit trainer/samples/cdnow_customers.csv \
	  --target future_spend --out model

clean: ## remove what was built (not the installed tools, not model/ and dist/)
	rm -rf edge/build edge/build-panic edge/pkg edge/site
	cargo clean

edge/build/entry.js: $(RUST) .tools/env edge/toolchain/build-worker.sh
	edge/toolchain/build-worker.sh

edge/build-panic/entry.js: $(RUST) .tools/env edge/toolchain/build-worker.sh
	WEDGE_OUT=build-panic WEDGE_FEATURES=panic-route edge/toolchain/build-worker.sh

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

NO_ENV = echo "error: name the environment: make deploy ENV=staging, or ENV=production" >&2; exit 1
NO_MODEL = echo "error: there is no model at $(MODEL): make one with \`trainer fit\`, and pass its model.postcard as MODEL=" >&2; exit 1
BAD_MODEL = echo "error: $(MODEL) is not a Wedge artifact: pass the model.postcard that \`trainer fit\` wrote as MODEL=" >&2; exit 1
