# All commands of the project. CI runs these and knows nothing more.
# A fresh machine needs a Rust toolchain, Python 3.10 or newer and make, for `make fuzz` a C++ compiler and for
# `make consumers` Node 20, for `make instructions` valgrind; the rest is installed here, pinned, into .venv-*, node_modules
# and target/.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help build up down demo test vectors vectors-new providers faults upgrade previous model fuzz consumers check sbom reproduce bench-archive bench-verify bench cost instructions scaling fmt deploy clean

PYTHON ?= python3
# The processor that the functions are built for: this machine's, so that the local stack can run them.
ARCHITECTURE ?= $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)

TARGET := $(or $(CARGO_TARGET_DIR),target)
DENY_VERSION := 0.20.2
DENY := $(TARGET)/tools/cargo-deny-$(DENY_VERSION)/bin/cargo-deny
CYCLONEDX_VERSION := 0.5.9
CYCLONEDX := $(TARGET)/tools/cargo-cyclonedx-$(CYCLONEDX_VERSION)/bin/cargo-cyclonedx
FUZZ_VERSION := 0.13.2
FUZZ := $(TARGET)/tools/cargo-fuzz-$(FUZZ_VERSION)/bin/cargo-fuzz

# What `make upgrade` updates from: the last release before this commit or, while there is none, what a file names.
PREVIOUS ?= $(or $(shell git describe --tags --abbrev=0 --match 'v[0-9]*' HEAD^ 2>/dev/null),$(shell sed '/^#/d' tests/previous-release))
PREVIOUS_TREE = $(TARGET)/previous/$(shell git rev-parse --verify --quiet '$(PREVIOUS)^{commit}')

# What `make fuzz` tries, how long each, and where it puts the inputs that reach something new.
FUZZ_TARGETS ?= $(basename $(notdir $(wildcard fuzz/fuzz_targets/*.rs)))
SECONDS_EACH ?= 300
FOUND ?= $(TARGET)/fuzz/found

# SAM and cargo-lambda find each other, and zig, on the path.
sam_tools := PATH="$(CURDIR)/.venv-sam/bin:$$PATH" SAM_CLI_TELEMETRY=0
# All three in one go and by the flags that SAM uses: `sam build` then finds everything done.
build_functions = cargo lambda build --release --bin ingest --bin process --bin sweep $(if $(filter arm64,$(ARCHITECTURE)),--arm64)
functions := ingest process sweep
templates := template.yaml deploy/templates/cloudfront.yaml examples/consumers/template.yaml
stack := $(TARGET)/debug/stack
# No sanitizer: there is no unsafe code here for it to watch, it would want a nightly compiler, and it halves the speed.
fuzz = PATH="$(abspath $(dir $(FUZZ))):$$PATH" cargo fuzz $(1) --sanitizer none --target-dir $(abspath $(TARGET))/fuzz
typescript := examples/consumers/typescript
# A sender that is in no catalogue.
added := shared/domain/tests/vectors/added
python_is_new = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed: PYTHON=...")'

# The Node contenders' bundles are made last, so their presence says that all of them are installed.
bench_contenders := .venv-bench/installed benches/contenders/node/dist/powertools.cjs

# Long steps say what they are and how long make has been at it.
export BEGAN := $(or $(BEGAN),$(shell date +%s))
say = @printf '==> [%4d s] %s\n' $$(( $$(date +%s) - $(BEGAN) )) '$(1)'

# Runs $(2) on a stack of its own in $(1), and stops that however it ends.
on_stack = trap '$(stack) down --dir $(1)' EXIT; $(stack) up --dir $(1); STACK_FILE=$(abspath $(1))/stack.json $(2)

# Installs the version $(2) of $(1) to where the rule's target is. It runs for a second: the time to optimise it would be
# lost.
install = CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
	cargo install --locked --version $(2) --root $(@D)/.. $(1)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: .venv-sam/installed ## target/lambda/{ingest,process,sweep}/bootstrap, as Lambda runs them
	$(call say,building the functions for $(ARCHITECTURE))
	@$(sam_tools) $(build_functions)

up: build .venv-ministack/installed ## starts the local stack, or brings it up to date; see target/local/stack.json
	$(call say,starting the local stack)
	@cargo build --workspace --bin stack
	@$(stack) up

down: ## stops the local stack
	@# Also while the code does not compile: what started it can stop it.
	@[ -x $(stack) ] || cargo build --workspace --bin stack
	@$(stack) down

demo: build .venv-ministack/installed ## four senders, from signed request to the queue of a consumer
	$(call say,building the demo)
	@cargo build --workspace --bin stack --bin demo
	@$(call on_stack,$(TARGET)/demo-stack,$(TARGET)/debug/demo)

test: build .venv-ministack/installed ## all tests; those of the whole system on a stack of their own
	$(call say,building the tests)
	@# Always the whole workspace: another selection of packages has other features and compiles the AWS SDK again.
	@cargo build --workspace --bin stack
	@cargo test --workspace --no-run
	$(call say,running the tests)
	@$(call on_stack,$(TARGET)/test-stack,cargo test --workspace)

vectors: .venv-vectors/installed ## the conformance vectors, in Rust, in Python, and with a sender added to the catalogue
	$(call say,the vectors are what the recipes make)
	@.venv-vectors/bin/python -B tests/vectors/generate
	$(call say,the receiver in Python)
	@.venv-vectors/bin/python -B tests/vectors/check.py
	@.venv-vectors/bin/python -B tests/vectors/check.py $(added) $(added)
	$(call say,Landfall)
	@cargo test --quiet -p domain --test vectors -- --nocapture --test-threads 1
	$(call say,building Landfall with a sender added to the catalogue)
	@rm -rf $(TARGET)/vectors/{providers,vectors} && mkdir -p $(TARGET)/vectors
	@cp -r shared/domain/providers tests/vectors $(TARGET)/vectors
	@cp $(added)/*.toml $(TARGET)/vectors/providers && cp $(added)/*.json $(TARGET)/vectors/vectors
	@# In a folder of its own, so that the next build of this one finds all that it had.
	@LANDFALL_PROVIDERS=$(abspath $(TARGET))/vectors/providers LANDFALL_VECTORS=$(abspath $(TARGET))/vectors/vectors \
		CARGO_TARGET_DIR=$(TARGET)/vectors/target cargo test --quiet -p domain --test vectors

vectors-new: .venv-vectors/installed ## writes the conformance vectors anew, after a recipe in tests/vectors/generate has changed
	@.venv-vectors/bin/python -B tests/vectors/generate --write

providers: ## writes docs/providers anew, after a description in shared/domain/providers has changed
	@UPDATE_EXPECT=1 cargo test --quiet -p domain --test provider_pages

faults: build .venv-ministack/installed ## every operation meets every fault; ONLY=text for some of them, SEED=number for other storms
	$(call say,building the faults)
	@cargo build --workspace --bin stack --bin faults
	@trap '$(stack) down --dir $(TARGET)/fault-stack' EXIT; \
		$(TARGET)/debug/faults --dir $(TARGET)/fault-stack --only '$(ONLY)' --seed $(or $(SEED),1)

previous: ## names the release that `make upgrade` begins with, and fails if this clone lacks it
	@git cat-file -e '$(PREVIOUS)^{commit}' 2>/dev/null || { \
		echo 'The previous release, $(PREVIOUS), is not in this clone: git fetch --unshallow --tags' >&2; exit 1; }
	@echo '$(PREVIOUS)'

upgrade: previous build .venv-ministack/installed ## updates a stack of the previous release in the midst of work, and goes back; PREVIOUS=commit
	@printf '==> [%4d s] %s\n' $$(( $$(date +%s) - $(BEGAN) )) 'building the previous release, $(PREVIOUS): minutes the first time'
	@# Its own folder and a cheap profile. What the shell says of profiles comes first here, as everywhere.
	@[ -e $(PREVIOUS_TREE) ] || { \
		rm -rf $(PREVIOUS_TREE).part; mkdir -p $(PREVIOUS_TREE).part/.cargo; \
		git archive '$(PREVIOUS)' | tar -x -C $(PREVIOUS_TREE).part; \
		printf '[profile.release]\nlto = "off"\nopt-level = 1\ncodegen-units = 16\n' > $(PREVIOUS_TREE).part/.cargo/config.toml; \
		mv $(PREVIOUS_TREE).part $(PREVIOUS_TREE); }
	@cd $(PREVIOUS_TREE) && unset CARGO_TARGET_DIR && $(sam_tools) $(build_functions)
	$(call say,building the update)
	@cargo build --workspace --bin stack --bin upgrade
	@trap '$(stack) down --dir $(TARGET)/upgrade-stack' EXIT; \
		$(TARGET)/debug/upgrade --dir $(TARGET)/upgrade-stack --previous $(PREVIOUS_TREE)

bench-archive: build .venv-ministack/installed ## memory and speed of archiving one asset of MIB=2048
	$(call say,building the benchmark)
	@cargo build --workspace --bin stack --bin bench-archive
	@trap '$(stack) down --dir $(TARGET)/bench-stack' EXIT; \
		$(TARGET)/debug/bench-archive --dir $(TARGET)/bench-stack --mib $(or $(MIB),2048)

model: ## explores the protocol within larger bounds than `make test` does (some minutes)
	@MODEL=large CARGO_PROFILE_TEST_OPT_LEVEL=2 cargo test -p domain --test model -- --nocapture

bench-verify: ## verifying by each description beside a path written by hand; fails if one takes over 1.3 times as long
	$(call say,verifying 2 KiB by each description)
	@cargo bench --quiet -p domain --bench verify

bench: bench-verify build $(bench_contenders) ## everything beside what people would write instead; ROUNDS=number, QUICK=1 for a look, PUBLISH=1 into docs/performance.md
	$(call say,building the benchmark)
	@cargo build --release -p benches
	@$(TARGET)/release/bench --rounds $(or $(ROUNDS),5) $(if $(QUICK),--quick) $(if $(PUBLISH),--publish)

cost: build ## dollars per million events, by sender and by what an operator can change; PUBLISH=1 as for bench
	$(call say,building the benchmark)
	@cargo build --release -p benches
	@$(TARGET)/release/cost $(if $(PUBLISH),--publish)

instructions: build ## what ingest takes in instructions, which are the same on a busy machine; needs valgrind
	@command -v valgrind >/dev/null || { echo 'apt-get install valgrind, or what it is called here' >&2; exit 1; }
	@cargo run --quiet -p benches --bin instructions

scaling: ## simulates 1 to 10,000 deliveries a second against AWS's limits; SEED=number, PUBLISH=1 into docs/scaling.md
	@cargo run --quiet -p benches --bin scaling -- --seed $(or $(SEED),1) $(if $(PUBLISH),--publish)

fuzz: $(FUZZ) ## tries every parser with bytes that reach ever further, each for SECONDS_EACH=300
	$(call say,building the fuzz targets)
	@$(call fuzz,build)
	@# What is found goes where the first path leads; the kept inputs and the recorded bodies are only read.
	@cargo run --quiet -p testdata --bin corpus -- unpack $(TARGET)/fuzz/corpus
	@for target in $(FUZZ_TARGETS); do \
		printf '==> [%4d s] %s\n' $$(( $$(date +%s) - $(BEGAN) )) "fuzzing $$target for $(SECONDS_EACH) s"; \
		mkdir -p $(FOUND)/$$target; \
		$(call fuzz,run) $$target $(FOUND)/$$target $(TARGET)/fuzz/corpus/$$target -- \
			-dict=fuzz/words.dict -max_total_time=$(SECONDS_EACH) -timeout=10 2>&1 \
			| grep --line-buffered -Ev '	(NEW|REDUCE|RELOAD)|	NEW_FUNC|# Uses: |ecommended dictionary|WARNING: Failed to find' || { \
				echo 'The input is in fuzz/artifacts/. For the commands above:'; \
				echo '  export PATH="$(abspath $(dir $(FUZZ))):$$PATH"'; \
				exit 1; \
			}; \
	done

consumers: ## the example consumers in Rust, Python and TypeScript, all by the same cases
	$(call say,the consumer in Rust)
	@# Its core alone: with its table and bucket, which need the AWS SDK, it is part of `make test`.
	@cargo test -p consumer --no-default-features --test cases
	$(call say,the consumer in Python)
	@$(python_is_new)
	@cd examples/consumers/python && $(PYTHON) -B -m unittest
	$(call say,the consumer in TypeScript)
	@version=$$(node --version 2>/dev/null || true); version=$${version#v}; [ "$${version%%.*}" -ge 20 ] 2>/dev/null || \
		{ echo "The consumer in TypeScript needs Node 20 or newer, with npm; found: $${version:-none}" >&2; exit 1; }
	@$(MAKE) --no-print-directory $(typescript)/node_modules/installed
	@cd $(typescript) && npm test

check: .venv-sam/installed .venv-checkov/installed $(DENY) $(FUZZ) ## what must hold before a merge: format, lints, docs, licences, template, tests, a little fuzzing
	$(call say,format)
	@cargo fmt --all --check
	@cargo fmt --manifest-path fuzz/Cargo.toml --check
	$(call say,template)
	@AWS_DEFAULT_REGION=us-east-1 $(sam_tools) sam validate --lint
	@.venv-sam/bin/cfn-lint $(templates)
	@# Its rules came with it, so it needs no network. What it is told to skip says why, where it is.
	@.venv-checkov/bin/checkov --framework cloudformation --skip-download --compact --quiet --file $(templates)
	$(call say,licences and sources of the dependencies)
	@$(DENY) check --hide-inclusion-graph licenses bans sources
	$(call say,lints)
	@cargo clippy --workspace --all-targets -- -D warnings
	$(call say,docs)
	@RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --document-private-items
	@# Nothing but the kept inputs to begin with: those of a long run would take all the time to read.
	@rm -rf $(TARGET)/fuzz/found-by-check
	@$(MAKE) --no-print-directory fuzz SECONDS_EACH=5 FOUND=$(TARGET)/fuzz/found-by-check
	@$(MAKE) --no-print-directory consumers
	@$(MAKE) --no-print-directory vectors
	@$(MAKE) --no-print-directory test
	$(call say,all holds)

sbom: $(CYCLONEDX) ## what each function is made of, as CycloneDX: target/sbom/{ingest,process,sweep}.cdx.json
	@mkdir -p $(TARGET)/sbom
	@# It can only write beside each Cargo.toml. With the time of the commit, the same commit has the same list.
	@trap 'find $(functions:%=functions/%) shared examples tests -name landfall-sbom.json -delete' EXIT; \
		PATH="$(abspath $(dir $(CYCLONEDX))):$$PATH" SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) cargo cyclonedx --quiet \
			--format json --spec-version 1.5 --no-build-deps --override-filename landfall-sbom \
			--target $(if $(filter arm64,$(ARCHITECTURE)),aarch64,x86_64)-unknown-linux-gnu; \
		for function in $(functions); do \
			mv functions/$$function/landfall-sbom.json $(TARGET)/sbom/$$function.cdx.json; \
			echo "$(TARGET)/sbom/$$function.cdx.json"; \
		done

reproduce: .venv-sam/installed ## builds the functions twice, in two places, from nothing; both must be the same
	@rm -rf $(TARGET)/reproduce
	@for place in here another/and/longer/place; do \
		printf '==> [%4d s] %s\n' $$(( $$(date +%s) - $(BEGAN) )) "building the functions in $(TARGET)/reproduce/$$place"; \
		mkdir -p $(TARGET)/reproduce/$$place; \
		git ls-files -z | xargs -0 cp --parents -t $(TARGET)/reproduce/$$place; \
		( cd $(TARGET)/reproduce/$$place && CARGO_TARGET_DIR="$$PWD/target" $(sam_tools) $(build_functions) ); \
	done
	@cd $(TARGET)/reproduce/here/target/lambda && sha256sum $(functions:%=%/bootstrap) > ../../../sha256
	@cd $(TARGET)/reproduce/another/and/longer/place/target/lambda && sha256sum --check ../../../../../../sha256
	@rustc --version; cat $(TARGET)/reproduce/sha256

fmt: ## formats the code
	@cargo fmt --all
	@cargo fmt --manifest-path fuzz/Cargo.toml

deploy: .venv-sam/installed ## to the AWS account that the shell is signed in to, and guides through the first time; ARGS=--help
	@.venv-sam/bin/python deploy/tools/deploy.py $(ARGS)

clean: ## stops all local stacks and removes all that was built or installed here
	@for file in $(TARGET)/*/emulator.json; do [ ! -e "$$file" ] || $(stack) down --dir "$$(dirname "$$file")"; done
	rm -rf $(TARGET) .aws-sam .venv-sam .venv-ministack .venv-checkov .venv-bench .venv-vectors $(typescript)/node_modules $(typescript)/dist \
		benches/contenders/node/{node_modules,dist}

.venv-%/installed: deploy/requirements/%.txt
	$(call say,installing $* into .venv-$* (a minute or two))
	@$(python_is_new)
	@rm -rf .venv-$*
	@$(PYTHON) -m venv .venv-$*
	@.venv-$*/bin/pip install --disable-pip-version-check --progress-bar off -r $<
	@touch $@

$(typescript)/node_modules/installed: $(typescript)/package-lock.json
	$(call say,installing what the consumer in TypeScript needs)
	@cd $(typescript) && npm ci --no-audit --no-fund
	@touch $@

$(CYCLONEDX):
	$(call say,installing cargo-cyclonedx (a minute or two))
	@$(call install,cargo-cyclonedx,$(CYCLONEDX_VERSION))
# The loop of Lambda's own Node runtime is compiled here: with a C++ compiler, and cmake from .venv-bench.
benches/contenders/node/node_modules/installed: benches/contenders/node/package-lock.json .venv-bench/installed
	$(call say,installing the Node contenders (some minutes))
	@cd benches/contenders/node && PATH="$(CURDIR)/.venv-bench/bin:$$PATH" npm ci --no-audit --no-fund
	@touch $@

benches/contenders/node/dist/powertools.cjs: benches/contenders/node/node_modules/installed \
		$(wildcard benches/contenders/node/*.mjs)
	$(call say,bundling the Node contenders)
	@cd benches/contenders/node && npm run --silent bundle

$(DENY):
	$(call say,installing cargo-deny (two minutes))
	@$(call install,cargo-deny,$(DENY_VERSION))

$(FUZZ):
	$(call say,installing cargo-fuzz (half a minute))
	@$(call install,cargo-fuzz,$(FUZZ_VERSION))
