# Each target works right after a clone, with only python3, make and a package registry.
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# every branch of these is reached by a test
WHOLE := */consent/rules.py,*/consent/intake.py,*/consent/fields.py,*/vault/*,*/ledger/*

help: ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	python3 -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m pip check
	touch $(READY)

run: $(READY) ## start a demonstration registry on http://127.0.0.1:8000
	@exec $(BIN)/izin demo

check: $(READY) ## lint, types, import contracts, architecture tests
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -q tests/architecture

test: $(READY) ## every test that check has not run, but the drills
	$(BIN)/pytest -q -n 4 --dist worksteal -m "not drill" --ignore tests/architecture tests

test-citus: $(READY) ## the same statements on a Citus cluster: IZIN_CITUS_URL
	@if [ -z "$$IZIN_CITUS_URL" ]; then \
		echo "skipped: IZIN_CITUS_URL names no coordinator of a Citus cluster"; \
	else \
		$(BIN)/pytest -q -m "not drill and not plain" tests/store tests/contract; \
	fi

cover: $(READY) ## the tests, and how much of the code they reach
	$(BIN)/pytest -q -n 2 --dist worksteal -m "not drill" --cov=izin --cov-report= tests
	$(BIN)/coverage report --skip-covered --fail-under=95
	$(BIN)/coverage report --show-missing --fail-under=100 --include='$(WHOLE)'

drill: $(READY) ## kill, cut off and starve it, for a long while
	$(BIN)/pytest -q -m drill tests

bench: $(READY) ## load, ask and time it; print the table
	$(BIN)/izin bench

bench-large: $(READY) ## the same with ten million consents: an hour
	$(BIN)/izin bench --rows-large 10000000

fix: $(READY) ## repair what can be repaired
	$(BIN)/ruff check --fix src tests
	$(BIN)/ruff format src tests

lock: $(READY) ## pin every dependency anew, with hashes
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --extra dev --generate-hashes --no-header --no-emit-find-links --no-emit-index-url --no-emit-trusted-host --output-file requirements.lock pyproject.toml

.PHONY: help run check test test-citus cover drill bench bench-large fix lock
