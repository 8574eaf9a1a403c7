# make demo    the main job, on real data, in under two minutes
# make test    all tests
# make check   format, lint, types, floors, then all tests
# make bench   the benchmarks
# make studies the worked studies, small, through the journal; then their diaries
# make pictures   the pictures of the README, drawn from a demo
# make clean   remove what was built here
#
# The first call makes a virtual environment: the active one, else .venv. Another place: make VENV=/tmp/env.
# Another interpreter for it: make PYTHON=python3.12.

VENV ?= $(or $(VIRTUAL_ENV),.venv)
PYTHON ?=
JOBS ?= 2
PYTEST_ARGS ?=

BIN := $(VENV)/bin
READY := $(VENV)/.labjournal-ready
STUDIES := $(VENV)/.labjournal-studies
# Two threads of torch on two busy cores are 7 to 12 times slower than one.
export OMP_NUM_THREADS ?= 1

.PHONY: environment demo test lint check bench studies pictures clean
.DEFAULT_GOAL := demo

# An environment that was made for another folder would run the code of that folder.
ifneq ($(shell cat '$(READY)' 2>/dev/null),$(CURDIR))
.PHONY: $(READY)
endif

$(READY): pyproject.toml constraints.txt tools/environment.sh
	@./tools/environment.sh '$(VENV)' '$(PYTHON)'
	@echo '$(CURDIR)' > '$@'

# What the worked studies and the tests of trainers need beyond that; a demo does not wait for it.
$(STUDIES): $(READY)
	@if STUDIES=yes ./tools/environment.sh '$(VENV)' '$(PYTHON)'; then touch '$@'; fi

environment: $(STUDIES)

demo: $(READY)
	@$(BIN)/labjournal demo

test: $(STUDIES)
	$(BIN)/python -m pytest -n $(JOBS) $(PYTEST_ARGS)

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test

bench: $(READY)
	@for one in benchmarks/*.py; do echo "== $$one"; $(BIN)/python $$one || exit 1; done

studies: $(STUDIES)
	@for one in entries/*/study.toml; do PATH='$(abspath $(BIN))':"$$PATH" $(BIN)/labjournal study run "$$(basename "$$(dirname "$$one")")" --smoke || exit 1; done
	$(BIN)/labjournal export

pictures: $(READY)
	rm -rf build/demo
	$(BIN)/labjournal demo --dir build/demo
	$(BIN)/python tools/pictures.py build/demo docs/pictures

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
