# Two commands for a new machine: `make test` and `make parity`. Both set up .venv with the python3 found (3.10 to 3.13).

PYTHON ?= python3
BIN := .venv/bin

# the Python of a Jetson TX2; on other machines the TensorFlow nearest to the TX2's stands in for NVIDIA's
TX2_PYTHON ?= python3.6
TX2_ENV ?= .venv-tx2
ifeq ($(shell uname -m),aarch64)
TX2_VENV_FLAGS := --system-site-packages
else
TX2_TENSORFLOW := tensorflow==2.6.2 keras==2.6.0
endif

# two processes, each file's tests in one of them. A TX2's
# memory is for one TensorFlow at a time
PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder
ifneq ($(shell uname -m),aarch64)
TX2_PARALLEL := -n 2 --dist loadfile
endif

.PHONY: test test-tx2 parity bench lint docs clean

# skips nothing silently: -rs names every skipped test and why; .ci/run runs the ones left out here
test: .venv/.installed
	POETS_ONLY_LOCAL=1 $(BIN)/python -m pytest -q -rs $(PARALLEL)

# what is left out, and why, stands in parity_tests/project/left_out_on_tx2.txt
test-tx2: $(TX2_ENV)/.installed
	POETS_ONLY_LOCAL=1 $(TX2_ENV)/bin/python -m pytest -q -rs -p no:cacheprovider $(TX2_PARALLEL) $(TX2_SELECT) \
		$$(sed -n 's/^.*\/test_.*\.py$$/--ignore=parity_tests\/&/p' parity_tests/project/left_out_on_tx2.txt)

parity: .venv/.installed
	$(BIN)/poets parity

# BENCH="--before ../older" compares the training with that of another checkout
bench: .venv/.installed
	$(BIN)/python -m parity_tests.bench $(BENCH)

# mypy and import-linter want the package as a wheel lays it out, so it is laid out like that for them
lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	rm -rf build/lint && mkdir -p build/lint
	cp -r poets build/lint/ && cp -r legacy modern migrate build/lint/poets/ && cp -r parity_tests docs build/lint/
	cd build/lint && ../../$(BIN)/mypy --config-file ../../pyproject.toml --cache-dir ../../.mypy_cache \
		poets parity_tests docs
	cp pyproject.toml build/lint/ && cd build/lint && PYTHONPATH=. ../../$(BIN)/lint-imports --no-cache

# the documentation as web pages in build/site; any warning of mkdocs is an error
docs: .venv/.installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

clean:
	rm -rf .venv .venv-tx2 build dist *.egg-info .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# the stamps are written last, so an installation that broke off is done again
.venv/.installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -qq --disable-pip-version-check -e ".[test]"
	touch $@

.venv/.installed-dev: .venv/.installed
	$(BIN)/python -m pip install -qq --disable-pip-version-check -e ".[dev]"
	touch $@

.venv/.installed-docs: .venv/.installed
	$(BIN)/python -m pip install -qq --disable-pip-version-check -e ".[docs]"
	touch $@

$(TX2_ENV)/.installed: requirements-tx2.txt
	$(TX2_PYTHON) -m venv $(TX2_VENV_FLAGS) $(TX2_ENV)
	$(TX2_ENV)/bin/python -m pip install -qq --disable-pip-version-check pip==21.3.1
	$(TX2_ENV)/bin/python -m pip install -qq --disable-pip-version-check $(TX2_TENSORFLOW) -r requirements-tx2.txt
	touch $@
