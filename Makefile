# make run    everything, then http://127.0.0.1:8000
# make test   every test, browser stories included
# make check  lint, types, import contracts, sizes, generated documents
# make prove  the full counts of race and property tests (long)
# make lock   new requirements*.lock from pyproject.toml (needs uv)

PYTHON ?= python3
VENV   ?= .venv
PORT   ?= 8000
JOBS   ?= 2
ARGS   ?=
BIN    := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE =

.PHONY: run test check prove lock format clean

run: $(VENV)/.run
	@exec $(BIN)/fenji run --port $(PORT) $(ARGS)

test: $(VENV)/.test
	@sh .ci/browser.sh
	$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

prove: $(VENV)/.test
	$(BIN)/python -m pytest -n $(JOBS) -m prove $(ARGS)

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/fenji check sizes
	$(BIN)/fenji check docs
	$(BIN)/mypy

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

LOCK = uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q
lock:
	$(LOCK) $(ARGS) -o requirements.lock
	$(LOCK) $(ARGS) -c requirements.lock --extra dev -o requirements-dev.lock
	$(LOCK) $(ARGS) -c requirements-dev.lock --extra dev --extra bench -o requirements-bench.lock

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@sh .ci/venv.sh create "$(PYTHON)" "$(VENV)"

$(VENV)/.run: $(VENV)/bin/python requirements.lock pyproject.toml
	@sh .ci/venv.sh install "$(VENV)" requirements.lock
	@touch $@

$(VENV)/.test: $(VENV)/bin/python requirements-dev.lock pyproject.toml
	@sh .ci/venv.sh install "$(VENV)" requirements-dev.lock
	@touch $@ $(VENV)/.run
