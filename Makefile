# make run and make test need nothing but Python 3.11 or 3.12, make and git: they set everything up themselves.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CLIENT := .venv-shell/.installed
SUPERSET := .venv-superset/.installed
METRICFLOW := .venv-metricflow/.installed
UV_VERSION := 0.13.9
PYTEST_ARGS ?=
DAGSTER_PORT ?= 3000
SUPERSET_PORT ?= 8088
SIZE ?= small

export SHEQUN_HOME := $(shell case "$${SHEQUN_HOME:-data}" in (/*) echo "$$SHEQUN_HOME";; (*) echo "$(CURDIR)/$${SHEQUN_HOME:-data}";; esac)
export DAGSTER_DISABLE_TELEMETRY := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false
# Where images forbid to keep compiled modules, every refresh would compile them again, 10 s of it: setup
# imports the largest, so that they are there for whatever runs without make, too.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test lint lint-python lint-sql bench shell superset metricflow dagster docs clean

help: ## show this list
	@sed -nE 's/^([a-z]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

setup: $(STAMP) ## create .venv with everything pinned in requirements.lock

$(STAMP): requirements.lock pyproject.toml
	@is_supported() { "$$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null; }; \
	if ! is_supported $(BIN)/python; then \
		found=""; \
		for candidate in $(PYTHON) python3.11 python3.12 python3 python; do \
			if is_supported "$$candidate"; then found="$$candidate"; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "Python 3.11 or 3.12 is needed and none was found; install one, or name it: make setup PYTHON=/path/to/python3.12" >&2; \
			exit 1; \
		fi; \
		echo "Creating $(VENV) with $$("$$found" --version) …"; \
		rm -rf $(VENV); \
		"$$found" -m venv $(VENV); \
	fi
	@echo "Installing the locked requirements …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/uv pip install --quiet --require-hashes -r requirements.lock
	@VIRTUAL_ENV="$(CURDIR)/$(VENV)" $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .
	@$(BIN)/python -c 'import dagster, dbt.adapters.duckdb, dbt.cli.main, great_expectations'
	@touch $@

run: $(STAMP) ## refresh the warehouse; with an empty inbox, invent a demo community first
	@$(BIN)/shequn demo --if-empty
	@$(BIN)/shequn refresh
	@echo
	@echo 'Ask it something:'
	@echo '  $(BIN)/shequn sql "select segment, segment_zh, count(*) as members from mart_rfm group by all"'

# Installing waits for the network, which linting does not.
test: $(STAMP) ## lint, then all tests
	@$(MAKE) --no-print-directory --jobs=5 $(CLIENT) $(SUPERSET) $(METRICFLOW) lint
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lint: lint-python lint-sql ## ruff, mypy and sqlfluff

lint-python: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lint-sql: $(STAMP)
	PYTHONWARNINGS=ignore $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar models tests/data

bench: $(STAMP) ## measure a size into bench/README.md: make bench SIZE=small|medium|large|proofs
	$(BIN)/python bench/run.py --size $(SIZE) --work "$(SHEQUN_HOME)/bench"

shell: $(STAMP) $(CLIENT) ## open a SQL client in the terminal on the published version (installs it first)
	@$(BIN)/shequn shell

superset: $(STAMP) $(SUPERSET) ## open Superset with its dashboard on 127.0.0.1:8088 (installs it first, 700 MB)
	@exec $(BIN)/shequn serve superset --port $(SUPERSET_PORT)

metricflow: $(STAMP) $(METRICFLOW) ## install MetricFlow and list the metrics that it knows
	@$(BIN)/shequn mf list metrics

# Programs with close pins of their own, each in an environment of its own.
.venv-%/.installed: requirements-%.lock | $(STAMP)
	@echo "Installing .venv-$* …"
	@$(BIN)/python -m venv --clear --without-pip .venv-$*
	@VIRTUAL_ENV="$(CURDIR)/.venv-$*" $(BIN)/uv pip install --quiet --require-hashes -r $<
	@touch $@

dagster: $(STAMP) ## open Dagster on 127.0.0.1:3000
	@exec $(BIN)/python -m orchestration.assets.instance $(DAGSTER_PORT)

docs: $(STAMP) ## write the models' documentation as one HTML page
	@$(BIN)/python -m orchestration.documentation

clean: ## remove the environment, caches and what a refresh makes again; exports, landed rows, vault and published versions stay
	rm -rf $(VENV) .venv-shell .venv-superset .venv-metricflow .hypothesis .pytest_cache .mypy_cache .ruff_cache *.egg-info target logs artefacts
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
	cd "$(SHEQUN_HOME)" 2>/dev/null && rm -rf build/target build/docs build/manifests build/build.json build/shequn.duckdb* logs quality docs || true
