# Lodestone: set-up, demo, tests. Everything happens in .venv, from requirements.lock.

SHELL      := /bin/bash
VENV       := .venv
BIN        := $(VENV)/bin
LOCKED     := $(VENV)/.locked
READY      := $(VENV)/.ready
PIP        := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
ARGS       ?=

.DEFAULT_GOAL := help
.PHONY: help demo test bench bench-compare lock clean bundle
.DELETE_ON_ERROR:

help:
	@echo "make demo    set up, take in the packaged brief and ask it who holds a license"
	@echo "make test    set up, then every check and every test (ARGS='tests/ingest -k csv' for a slice)"
	@echo "make bench   set up, then the benchmarks (SIZE=100k|1m|10m|100m, ONLY=load,http, QUICK=1, CPU=1, ADD=1, LIST=1)"
	@echo "make bench-compare OLD=FILE NEW=FILE   which ratios got worse between two runs"
	@echo "make lock    write requirements.lock anew from pyproject.toml (UPGRADE=--upgrade for newer versions)"
	@echo "make clean   remove the environment and every cache"

demo: $(READY) bundle
	@$(BIN)/lodestone demo

# Each check by name, so that a failure says which one it was.
define check
	@echo "== $(1)"
	@$(2) || { status=$$?; echo "make test: $(1) failed" >&2; exit $$status; }
endef

test: $(READY) bundle
	$(call check,ruff check,$(BIN)/ruff check --quiet .)
	$(call check,ruff format --check,$(BIN)/ruff format --check --quiet .)
	$(call check,mypy,$(BIN)/mypy --no-error-summary)
	$(call check,lint-imports,$(BIN)/lint-imports --no-logo)
	$(call check,pytest,$(BIN)/python -m pytest -n auto $(ARGS))

# What the pages run in a browser; without npm they work without it.
bundle: $(READY)
	@$(BIN)/python hatch_build.py

bench: $(READY)
	@$(BIN)/python tests/benchmarks/run.py --size $(or $(SIZE),1m) --only '$(ONLY)' $(if $(OUT),--out '$(OUT)') \
	  $(if $(QUICK),--quick) $(if $(CPU),--cpu) $(if $(ADD),--add) $(if $(LIST),--list)

bench-compare: $(READY)
	@$(BIN)/python tests/benchmarks/compare.py '$(or $(OLD),$(error OLD=FILE is missing))' '$(or $(NEW),$(error NEW=FILE is missing))'

lock: $(READY)
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url \
	  --no-emit-find-links --extra extract --extra dev $(UPGRADE) -o requirements.lock pyproject.toml
	@echo "requirements.lock is up to date; the next make installs what changed"

clean:
	@rm -rf $(VENV) build dist server/static/bundle server/frontend/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find ontology kg server tests -type d -name __pycache__ -prune -exec rm -rf {} +

# --- the environment: once for each lock, then the project itself, editable

$(LOCKED): requirements.lock
	@python=$$(.ci/find-python $(PYTHON)) && \
	  if ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
	    echo "Setting up $(VENV) with $$python"; \
	    rm -rf $(VENV) && $$python -m venv $(VENV); \
	  fi
	@echo "Installing what requirements.lock names (once; some minutes on a slow line)"
	@$(PIP) install --require-hashes --no-deps -r requirements.lock
	@touch $@

$(READY): $(LOCKED) pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
