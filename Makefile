# Every target works from a fresh clone: it makes the virtual environment when that is missing.
VENV ?= .venv
PYTHON ?= python3.11
# A package index with CPU builds of torch; the usual build for Linux brings gigabytes for GPUs.
TORCH_INDEX ?=
BIN = $(VENV)/bin
INSTALLED = $(VENV)/.installed
# Processes of tests, each of which computes in one thread: more would wait for each other.
WORKERS ?= 3
CODE = bot knowledge ingest tests training benchmarks

.DEFAULT_GOAL := help
.PHONY: help install run test test-long test-browser lint fmt eval bench

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-13s %s\n", $$1, $$2}'

install: $(INSTALLED) ## create the virtual environment and install into it

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX),--constraint constraints.txt) torch==2.13.0
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $(INSTALLED)

run: install ## ingest the articles and start the bot (the local Slack without tokens)
	$(BIN)/python -m ingest
	$(BIN)/python -m bot

test: install ## run the tests in three processes (WORKERS=N: in N)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q --numprocesses $(WORKERS) --dist worksteal

test-long: install ## run the tests that take minutes
	$(BIN)/python -m pytest -q -m long

test-browser: install ## run the tests of the local Slack's page in Chromium
	NEEDS_BROWSER=1 $(BIN)/python -m pytest -q -m browser

lint: install ## check format, style, types, module directions and the articles
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m ingest check

fmt: install ## format the code and mend what can be mended
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

eval: install ## measure the answers against the golden questions
	$(BIN)/python -m ingest
	$(BIN)/python -m knowledge evaluate tests/evals/golden.jsonl

bench: install ## run the benchmarks (see benchmarks/README.md)
	$(BIN)/python -m benchmarks
