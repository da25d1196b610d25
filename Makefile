# `make assess` and `make test` do all of the set-up; the other targets are for those who change the code.

VENV := .venv
BIN := $(VENV)/bin
NEWEST_ENOUGH := import sys; sys.exit(sys.version_info < (3, 12))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python; do \
	$$python -c '$(NEWEST_ENOUGH)' 2>/dev/null && echo $$python && break; done)

# Hundreds of commands start in the tests: without compiled modules each would compile the package again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: assess test lint schemas docs tree calibrate bench lock clean

assess: $(VENV)/ready ## assess the built-in example, print the result, write its report
	$(BIN)/estimative fit --runs runs
	$(BIN)/estimative report latest --runs runs --output assessment.html
	@echo "The full report is in $(CURDIR)/assessment.html: open it in a browser. The run is saved in runs/."

test: $(VENV)/ready ## run the tests, except the long calibrations
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

calibrate: $(VENV)/ready ## calibrate both methods and all errors by simulation, with more random examples; takes minutes
	EXAMPLES_TIMES=4 $(BIN)/python -m pytest --numprocesses auto --dist worksteal -m "calibration or hypothesis"

lint: $(VENV)/ready tree ## check style, types, imports between packages, JSON Schemas, and the scripts of the page; needs npx
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m estimative.schemas docs/schemas --check
	cd build/tree && $(CURDIR)/$(BIN)/lint-imports --config $(CURDIR)/pyproject.toml
	npx --yes --package typescript@5.9.3 tsc --project tests/page/jsconfig.json

schemas: $(VENV)/ready ## write the JSON Schema of every kind of answer
	rm -f docs/schemas/*.json
	$(BIN)/python -m estimative.schemas docs/schemas

docs: $(VENV)/ready ## write the output of every command into the documents, and draw their pictures; needs Poppler and Chromium
	$(BIN)/python -m tests.documented
	rm -rf build/docs && mkdir -p build/docs
	for priors in critics moscow rhetoric rutte baseline; do \
		$(BIN)/estimative fit --priors $$priors --method importance --runs build/docs --output build/docs/fit.md || exit 1; done
	$(BIN)/estimative report --brief --runs build/docs --output build/docs/brief.pdf
	pdftoppm -png -singlefile -scale-to-x 900 -scale-to-y -1 -W 900 -H 950 build/docs/brief.pdf docs/brief
	$(BIN)/python -m tests.page_picture docs/page.png

tree: ## link the folders under the names that they are installed with, for mypy and import-linter
	@rm -rf build/tree && mkdir -p build/tree
	@cp -rs $(CURDIR)/estimative build/tree/
	@cp -rs $(CURDIR)/model $(CURDIR)/priors $(CURDIR)/reports build/tree/estimative/

bench: $(VENV)/ready ## measure what is fast, compared with what a user would otherwise write; up to half an hour
	@test -d build/numpyro || $(BIN)/python -m pip install --quiet --target build/numpyro numpyro || { \
		rm -rf build/numpyro; echo "NumPyro cannot be installed: its row will say so."; }
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.engine
	$(BIN)/python -m benchmarks.page
	test -z "$(NETWORKS)" || $(BIN)/python -m benchmarks.networks $(NETWORKS)

lock: $(VENV)/ready ## pin what pyproject.toml asks for; versions that are already pinned stay
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --universal --python-version 3.12 \
		--no-header --no-annotate --quiet --output-file requirements.lock

$(VENV)/ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "estimative needs Python 3.12 or newer, and $$(python3 --version 2>&1 || echo no python3) is what is here: install one (say, pyenv install 3.13) or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.13"; exit 1; }
	@$(PYTHON) -c '$(NEWEST_ENOUGH)' || { echo "estimative needs Python 3.12 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1): name another: make $(MAKECMDGOALS) PYTHON=/path/to/python3.13"; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

clean: ## delete the environment and everything made here
	rm -rf $(VENV) runs assessment.html build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
