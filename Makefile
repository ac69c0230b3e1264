# Every target brings what it needs first; `make help` lists them.
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: bench-editor help setup setup-build setup-test setup-soak run dev build test soak chaos e2e lint fmt bench doctor clean

export TOUCHLINE_DATA ?= ./data
with := scripts/env

help: ## Lists these targets
	@sed -n 's/^\([a-z0-9%-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: setup-test ## Brings every tool that is missing (the other targets do it too)

setup-build:
	@scripts/setup build

setup-test:
	@scripts/setup test

setup-soak:
	@scripts/setup soak

run: build ## Builds for release and serves on http://127.0.0.1:3000
	@exec $(with) env LEPTOS_SITE_ROOT=target/site target/release/touchline serve

dev: setup-build ## Serves while you work: rebuilds and reloads at every change
	@exec $(with) cargo leptos watch

build: setup-build ## Builds server and WASM for release
	@$(with) cargo leptos build --release --split --lib-features hydrate --lib-features split --bin-features ssr --bin-features split

test: setup-test ## Runs every check that a change must pass
	@$(with) scripts/test

soak: test setup-soak ## Runs `test` and all that takes longer: size of the WASM, browser tests of the release build, benches
	@rm -rf target/site
	@$(MAKE) build
	@$(with) scripts/wasm-size
	@$(with) scripts/with-garage cargo test --locked --lib storage::tests::foreign
	@TOUCHLINE_LONG=1 $(with) cargo test --locked --lib -- --nocapture media::corpus media::index
	@$(MAKE) chaos
	@cd end2end && TOUCHLINE_PROGRAM=target/release/touchline TOUCHLINE_LONG=1 ../$(with) npx playwright test
	@$(MAKE) bench

e2e: setup-test ## Runs the browser tests alone; ARGS="--project=phone" goes to Playwright
	@$(with) cargo leptos build
	@cd end2end && ../$(with) npx playwright test $(ARGS)

lint: setup-test ## Runs the checks that only read the code: format, clippy for server and WASM
	@$(with) scripts/test lint

fmt: ## Formats the Rust code
	@cargo fmt

chaos: setup-test ## Kills, pauses and cuts off processes: 200 jobs on three workers, one server alone, every step of an upload
	@TOUCHLINE_LONG=1 $(with) scripts/with-postgres scripts/with-moto cargo test --locked --test api -- --nocapture chaos crashes single

bench: bench-api bench-uploads bench-engine bench-editor ## Runs every bench

bench-editor: setup-test build ## Measures Annotate in a browser: a game of three hours with 500 clips
	@cd end2end && TOUCHLINE_PROGRAM=target/release/touchline TOUCHLINE_BENCH=1 ../$(with) npx playwright test --project=bench

bench-%: setup-build ## Runs one bench, by its name in benches/
	@$(with) cargo bench --locked --bench $*

doctor: setup-build ## Asks the server what this machine or its configuration lacks
	@$(with) cargo run --quiet --locked -- doctor

clean: ## Removes what was built; tools and data stay
	@rm -rf target end2end/node_modules end2end/test-results
