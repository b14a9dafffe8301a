# One command each. `make` alone tells which.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test watch lint stop deploy logs advisories

TOOLS := $(CURDIR)/.venv/bin
# Named after what the requirements say, so that a change of them makes the environment anew and nothing else does.
TOOLS_READY := .venv/made-from-$(shell cksum < infra/local/requirements.txt | cut -d' ' -f1)
LOCAL := $(TOOLS)/python -m infra.local

# Where `make watch` answers, and on which stack; hub, local AWS and sandbox take HUB_PORT, AWS_PORT and SANDBOX_PORT.
WATCH_PORT ?= 8090
WATCH_STACK ?= run

export PATH := $(TOOLS):$(PATH)
export SAM_CLI_TELEMETRY := 0

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 14

run: $(TOOLS_READY) ## start the hub and the outside world on this machine and play one conversation
	@$(LOCAL) up
	@$(LOCAL) sandbox

test: lint ## check the code and run every test, the end-to-end ones on a stack of their own
	@trap '$(LOCAL) --name test down' EXIT; \
	HUB_PORT=auto AWS_PORT=auto SANDBOX_PORT=auto $(LOCAL) --name test up; \
	$(TOOLS)/python -W ignore::ResourceWarning -m unittest discover --verbose --start-directory tests/infra --top-level-directory .; \
	E2E_STATE=$(CURDIR)/.local/test/state.json cargo test --workspace --locked

watch: $(TOOLS_READY) ## run the functions from their sources, again after each change, on the stack of `make run`
	@$(LOCAL) --name $(WATCH_STACK) env > /dev/null
	@echo "functions on http://127.0.0.1:$(WATCH_PORT)"
	@cargo lambda watch --invoke-address 127.0.0.1 --invoke-port $(WATCH_PORT) \
	  --env-file .local/$(WATCH_STACK)/env --env-var PUBLIC_URL=http://127.0.0.1:$(WATCH_PORT)

lint: $(TOOLS_READY) ## check formatting, code, documentation, templates and dependencies
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
	cfn-lint template.yaml infra/*.yaml
	AWS_DEFAULT_REGION=us-east-1 sam validate --lint
	cargo-deny --locked --log-level error check licenses bans sources
	cargo-shear --locked

advisories: $(TOOLS_READY) ## check the dependencies for known vulnerabilities (downloads their database)
	@cargo-deny fetch db || { echo "The database of advisories could not be downloaded, so nothing was checked." >&2; exit 1; }
	@cargo-deny --locked check --disable-fetch advisories

logs: $(TOOLS_READY) ## show what the functions have logged
	@$(LOCAL) logs

stop: $(TOOLS_READY) ## stop what `make run` started
	@$(LOCAL) down

deploy: $(TOOLS_READY) ## build for AWS and deploy, with the person's own AWS account
	sam build
	sam deploy

$(TOOLS_READY): infra/local/requirements.txt
	@command -v cargo > /dev/null || { echo "cargo is missing; install Rust from https://rustup.rs" >&2; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	  || { echo "Python 3.10 or newer is missing; on Debian: apt-get install python3 python3-venv" >&2; exit 1; }
	@rm -rf .venv
	@python3 -m venv .venv || { echo "python3 can't make an environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "tools of infra/local/requirements.txt ..."
	@.venv/bin/pip install --quiet --disable-pip-version-check --requirement infra/local/requirements.txt
	@touch $@
