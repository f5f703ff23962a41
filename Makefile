# Type `make` to see what there is. Needs Python 3.11 or later, git, make, and the network once.

PYTHON ?= $(firstword $(foreach each,python3 python3.13 python3.12 python3.11 python,\
	$(shell $(each) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(each))))
VENV ?= .venv
BIN := $(VENV)/bin
# A copy of the pyproject.toml that the environment was made from.
INSTALLED := $(VENV)/pyproject.installed.toml
PEERS_INSTALLED := $(VENV)/peers.installed.toml

.DEFAULT_GOAL := help
.PHONY: help install demo test lint types rooms tests bench reference deep test-versions clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r target text; do printf '%-22s %s\n' "$$target" "$$text"; done

demo: install ## Check the shipped Luozhuang structure, print its coverage report, draw grids
	@mkdir -p build
	@$(BIN)/govtree demo --map build/demo-grids.png

test: lint types rooms tests ## Everything a change must pass: style, types, rooms, tests

lint: install ## Style: ruff
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: install ## Types: mypy --strict, and pyright on typing_tests
	$(BIN)/mypy
	$(BIN)/pyright

rooms: install ## Imports point down: import-linter
	$(BIN)/lint-imports

tests: install ## Tests and the examples in docstrings, README and docs: pytest
	$(BIN)/python -m pytest -n auto --dist worksteal

bench: install $(PEERS_INSTALLED) ## Measure size and speed; writes docs/benchmarks.md
	$(BIN)/python benchmarks/run.py

reference: install ## Write the pages of docs/ that follow from the code
	$(BIN)/python .ci/reference.py

deep: install ## The property tests with many random examples; takes long
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest tests

test-versions: install ## The tests on every Python here, lowest and newest dependencies
	$(BIN)/python .ci/versions.py

install: $(INSTALLED) ## Make the environment and install govtree and its tools into it

clean: ## Remove the environments and all caches
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist

# Installs only where the content of pyproject.toml changed, so that a new checkout of the
# same version needs no network.
$(INSTALLED): pyproject.toml
	@if cmp -s pyproject.toml $@ && $(BIN)/python -c 'import govtree' 2>/dev/null; then touch $@; else \
		set -e; \
		if [ -z "$(PYTHON)" ]; then echo 'govtree needs Python 3.11 or later; name it: make PYTHON=/path/to/python3' >&2; exit 1; fi; \
		echo 'Making the environment in $(VENV); this takes a minute or two.'; \
		$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV) || \
			{ echo 'Could not make an environment; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'; \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check \
			--editable '.[pandas,polars,arrow,excel,partition,geo,plot]' --group dev; \
		cp pyproject.toml $@; \
	fi

$(PEERS_INSTALLED): pyproject.toml | $(INSTALLED)
	@cmp -s pyproject.toml $@ || \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --group bench
	@cp pyproject.toml $@
