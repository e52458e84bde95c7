# Everything a contributor or a user runs. `make` alone lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Both are empty files: their time says when the environment was last brought up to date.
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install -qq
# `make lock UPGRADE=--upgrade` moves every pin forward; without it only what pyproject.toml demands moves.
UPGRADE ?=

.PHONY: help install dev test check fmt hooks demo docs lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(RUNTIME) ## Install midwatch into .venv, with pinned and hashed dependencies

dev: $(DEV) ## Install midwatch and the developers' tools into .venv

test: $(DEV) ## Run the tests (ARGS="-k name" narrows them)
	LANGGRAPH_STRICT_MSGPACK=true $(BIN)/python -m pytest -n auto $(ARGS)

check: $(DEV) ## Lint, check formatting, types and import directions
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/basedpyright --warnings
	$(BIN)/lint-imports --no-cache --no-logo

fmt: $(DEV) ## Format the code and apply the linter's safe fixes
	$(BIN)/ruff check --fix --exit-zero
	$(BIN)/ruff format

hooks: $(DEV) ## Check each commit before it is made
	$(BIN)/pre-commit install

demo: $(RUNTIME) ## Break a simulated shop and diagnose it: no cluster, model or network needed
	$(BIN)/midwatch demo

docs: $(DEV) ## Renew the reference pages that follow from the code
	$(BIN)/python docs/build.py

lock: $(DEV) ## Resolve pyproject.toml into requirements/*.txt
	requirements/lock $(BIN)/uv $(UPGRADE)

clean: ## Remove the environment, caches and builds
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "midwatch needs Python 3.11 or newer, but '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo missing)." \
	    "Install one and name it: make PYTHON=python3.12 install" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements/runtime.txt pyproject.toml | $(BIN)/python
	@echo "Installing midwatch and its dependencies into $(VENV) (a minute or so the first time)"
	@$(PIP) --require-hashes -r requirements/runtime.txt
	@$(PIP) --no-deps --editable .
	@touch $@

# The developers' lock contains the runtime's, at the same pins.
$(DEV): requirements/dev.txt requirements/runtime.txt pyproject.toml | $(BIN)/python
	@echo "Installing midwatch, its dependencies and the developers' tools into $(VENV) (a minute or so the first time)"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@$(PIP) --no-deps --editable .
	@touch $(RUNTIME) $@
