PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test deep bench docs format lock clean

demo: $(READY)  ## run the sample Play on the embedded sample market
	@$(BIN)/trade backtest run sample

test: $(READY)  ## formatting, lint, types, import contracts and tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -m "not deep" -n auto --dist worksteal

deep: $(READY)  ## the long runs
	$(BIN)/python -m pytest -q -m deep --hypothesis-profile=fresh

bench: $(READY)  ## the workloads; PEERS=/path/to/venv/bin/python adds the engines installed there, WRITE=1 the docs page
	$(BIN)/python tests/bench/compare.py $(if $(PEERS),--peers $(PEERS)) $(if $(WRITE),--write)

docs: $(READY)  ## every page, and block of a page, that is rendered from the source
	$(BIN)/python tests/docs/generated.py

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(READY)  ## pin every version anew
	$(BIN)/pip-compile -q --upgrade --extra dev --allow-unsafe --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-emit-options --strip-extras --no-header -o requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)
