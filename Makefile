# Two commands for a new machine: `make test` and `make parity`. Both set up .venv with the python3 found (3.10 to 3.13).

PYTHON ?= python3
BIN := .venv/bin

.PHONY: test parity bench lint clean

# skips nothing silently: -rs names every skipped test and why; .ci/run runs the ones left out here
test: .venv/.installed
	POETS_ONLY_LOCAL=1 $(BIN)/python -m pytest -q -rs

parity: .venv/.installed
	$(BIN)/poets parity

bench: .venv/.installed
	$(BIN)/python -m parity_tests.bench

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean:
	rm -rf .venv build dist *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# the stamps are written last, so an installation that broke off is done again
.venv/.installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -qq --disable-pip-version-check -e ".[test]"
	touch $@

.venv/.installed-dev: .venv/.installed
	$(BIN)/python -m pip install -qq --disable-pip-version-check -e ".[dev]"
	touch $@
