# The two commands of a newcomer: `make demo` and `make test`. Both set up what they need in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

help:   ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | sort

demo: $(READY)   ## Crawl the bundled sample registries over loopback, then match three diagnoses
	$(BIN)/calcitrials demo

test: $(READY)   ## Run the tests
	$(BIN)/pytest -n auto --dist loadfile

nightly: $(READY)   ## A thousand kills at random moments, across crawls, mapping, publications, reread and import
	CALCITRIALS_TEST_KILLS=1000 $(BIN)/pytest -n auto tests/db/test_catalogue_kills.py

lint: $(READY)   ## Style, types, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(READY)   ## Let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

package: $(READY)   ## Build sdist and wheel, and run the demo from the wheel in a fresh environment elsewhere
	rm -rf dist
	$(BIN)/python -m build >/dev/null
	elsewhere=$$(mktemp -d) && trap 'rm -rf "$$elsewhere"' EXIT && \
	$(PYTHON) -m venv "$$elsewhere/venv" && \
	"$$elsewhere/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	"$$elsewhere/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps dist/*.whl && \
	cd "$$elsewhere" && venv/bin/calcitrials --version && venv/bin/calcitrials demo

interpreters: $(READY)   ## The same with every supported interpreter that is here
	for one in python3.11 python3.12 python3.13 python3.14; do \
		if $$one -c "import venv" 2>/dev/null; then $(MAKE) package PYTHON=$$one || exit 1; fi; done

lock: $(READY)   ## Write requirements.lock anew: the pins of constraints.txt with the hashes of all their files
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile --quiet --universal --python-version 3.11.5 \
		--generate-hashes --no-annotate -c constraints.txt -o requirements.lock pyproject.toml

docs: $(READY)   ## Write the reference pages anew from the code
	$(BIN)/python docs/generate.py

bench: $(READY)   ## Measure the harvest beside its floor and its peers, and the readers
	$(BIN)/python -m bench.harvest
	$(BIN)/python -m bench.harvest.readers

bench-match: $(READY)   ## Measure the matcher beside its rivals
	$(BIN)/python -m bench.matching

bench-web: $(READY)   ## Measure the page under load while a crawl publishes, over CATALOG=folder
	$(BIN)/python -m bench.web --catalog $(or $(CATALOG),catalog)

bench-criteria: $(READY)   ## Measure how criteria are split into items and what each is taken to ask
	$(BIN)/python -m bench.criteria

setup: $(READY)   ## Set up .venv

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $(READY)

.PHONY: help demo test nightly lint fix package interpreters lock docs bench bench-match bench-criteria bench-web setup
