# Khuê: `make run` starts it, `make test` tests it. Both install what is missing, after saying what and why.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help run test release e2e format lint check third-party bench bench-client bench-kill

help: ## show this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

run: ## build and start Khuê with a made-up school, at the address it prints
	@scripts/run.sh $(ARGS)

test: ## all tests, on SQLite and on a PostgreSQL server of their own; then the client's checks
	@scripts/test.sh $(ARGS)

release: ## the fully optimised program, target/release/khue, with the client inside
	@scripts/need.sh cc rust node
	@scripts/client.sh build
	cargo build --release --locked -p khue

e2e: ## browser tests against a demo of their own
	@scripts/e2e.sh $(ARGS)

format: ## put every file into its form
	@scripts/need.sh rust lint node
	cargo fmt --all
	@if [ -e web/package.json ]; then scripts/client.sh install && npm --prefix web run --silent format; fi

lint: ## what continuous integration says about form, without running tests
	@scripts/need.sh cc rust lint python
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	@$(MAKE) --no-print-directory check

check: ## the rules of the repository and of the house
	@scripts/check_repo.sh
	@python3 scripts/house_check.py
	@python3 scripts/third_party.py --check

third-party: ## write THIRD-PARTY.md anew from the lock files
	@scripts/need.sh rust node python
	@scripts/client.sh install
	@python3 scripts/third_party.py

bench: ## every benchmark, each against its stated baseline
	@scripts/need.sh cc rust node postgres
	@scripts/client.sh build
	cargo build --release --locked -p khue -p bench
	@KHUE_TEST_PG_DURABLE=1 scripts/with-postgres.sh $${CARGO_TARGET_DIR:-target}/release/bench $(ARGS)
	@KHUE_E2E_PROGRAM=$${CARGO_TARGET_DIR:-target}/release/khue $(MAKE) --no-print-directory bench-client

bench-client: ## the timed figures of the client on a slow line, and Lighthouse
	@scripts/e2e.sh --timings $(TIMINGS)

bench-kill: ## ten thousand kills under write load, on both databases (hours)
	KHUE_KILLS=$${KHUE_KILLS:-10000} cargo test -p db --test kill -- --nocapture --test-threads=1
