# All commands of the project; CI runs these and knows nothing more. They are programs in `xtask`, which builds and
# installs what each needs, at pinned versions, into target/, .venv-* and node_modules: `cargo xtask --help`.
# A fresh machine needs a Rust toolchain with a C compiler, Python 3.10 or newer with venv, and make; some need more, and
# say so. Variables are handed on: `make faults ONLY=publish SEED=7`.

.DEFAULT_GOAL := help
programs := demo test test-tool browser large check up down fmt clean build first-hour faults lost permissions upgrade previous model fuzz vectors vectors-new \
	providers consumers apps bench bench-archive bench-verify cost instructions scaling sbom reproduce man \
	release install-check
.PHONY: help deploy $(programs)

# Steps say how long make has been at it.
export BEGAN := $(or $(BEGAN),$(shell date +%s))

$(programs):
	@cargo xtask $@

deploy:
	@cargo xtask deploy $(ARGS)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

demo: ## four senders, from signed request to the queue of a consumer; KEEP=1 leaves the stack up, and the console open
test: ## all tests but those of the tool; those of the whole system on a stack of their own; PROFILE=release for functions as on Lambda
test-tool: ## the tests of the operator's tool and its console, on a stack of their own
browser: ## opens the console in Chromium, and draws its pages into target/browser; needs chromium and chromium-driver
large: ## a ledger of 100,000 events, a replay of 10,000 that is killed, 10,000 refusals, a listener's failing handler (some minutes)
check: ## what must hold before a merge: format, lints, docs, licences, templates, tests, a little fuzzing
up: ## starts the local stack, or brings it up to date; see target/local/stack.json
down: ## stops the local stack
deploy: ## to the AWS account that the shell is signed in to, and guides through the first time; ARGS=--help
fmt: ## formats the code
clean: ## stops all local stacks and removes all that was built or installed here

build: ## target/lambda/{ingest,process,sweep}/bootstrap, as Lambda runs them; ARCHITECTURE=arm64
first-hour: ## demo and test, with the time of each step, held against what a newcomer is promised
faults: ## every operation meets every fault; ONLY=text for some of them, SEED=number for other storms
lost: ## JOBS=1000 whose webhooks are lost, late or sent twice, while functions die; each end is published once; SEED=number
permissions: ## the functions under the roles of the template, and without each permission in turn; needs Node 20
upgrade: ## updates a stack of the previous release in the midst of work, and goes back; PREVIOUS=commit, or its sources
previous: ## names the release that `make upgrade` begins with, and fails if this clone lacks it
model: ## explores the protocol within larger bounds than `make test` does (some minutes)
fuzz: ## tries every parser with bytes that reach ever further, SECONDS_EACH=300; FUZZ_TARGETS="csm message"
vectors: ## the conformance vectors, in Rust, in Python, and with a sender added to the catalogue
vectors-new: ## writes the conformance vectors anew, after a recipe in tests/vectors/generate has changed
providers: ## writes docs/providers anew, after a description in shared/domain/providers has changed
consumers: ## the example consumers in Rust, Python and TypeScript, all by the same cases
apps: ## the example applications on a local stack, with a sender that is played; OPEN=python or OPEN=typescript to use one
bench: ## everything beside what people would write instead, then large bodies on little memory; ROUNDS=5, QUICK=1 for a look, PUBLISH=1 into benches/performance.md
bench-archive: ## memory and speed of archiving one asset of MIB=2048
bench-verify: ## verifying by each description beside a path written by hand; fails if one takes over 1.3 times as long
cost: ## dollars per million events, by sender and by what an operator can change, and per month; PUBLISH=1 as for bench
instructions: ## what ingest takes in instructions, which are the same on a busy machine; needs valgrind
scaling: ## simulates 1 to 10,000 deliveries a second against AWS's limits; SEED=number, PUBLISH=1 into benches/scale.md
release: ## target/landfall-{version}-{architecture}.tar.gz, with all that a deployment needs; deploys from it locally
install-check: ## cargo install of the tool, into a folder of its own
sbom: ## what the functions and the tool are made of, as CycloneDX: target/sbom/*.cdx.json
reproduce: ## makes the release twice, in two places, from nothing; both must be the same
man: ## the manual page of landfall, and its completions for shells: target/man
