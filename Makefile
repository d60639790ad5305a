# Every target that needs packages makes .venv first, from requirements/dev.txt; a second run installs nothing.
#
#   PYTHON=python3.12     the interpreter to make .venv with (after `make clean`, if there is one already)
#   ARGS="-k plan -x"     more arguments for pytest, the demo or the benchmarks
.DEFAULT_GOAL := help
.PHONY: help setup demo test check fix bench lock clean

BIN := .venv/bin
export PYTHON
# Four workers at most: the tests start servers, which want cores of their own.
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: ## make .venv from the lock
	@MAKECMDGOALS="$(MAKECMDGOALS)" scripts/setup

demo: setup ## the whole tour, on an emulator of the service that runs on this machine
	@$(BIN)/vodplan demo $(ARGS)

test: setup ## all tests; core and kinds must be covered to the last branch
	@$(PYTEST) --cov=vodplan.core --cov=vodplan.kinds --cov-branch --cov-fail-under=100 --cov-report=term $(ARGS)

check: setup ## formatting, lint and types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

fix: setup ## mend what the formatter and the linter can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup ## measure, and write docs/performance.md; ARGS=--full takes an hour or two
	@$(BIN)/python -m benchmarks $(ARGS)

lock: setup ## write requirements/*.txt anew; ARGS=--upgrade takes newer versions
	@scripts/lock $(ARGS)

clean: ## remove .venv, caches and build output (not .vodplan: it holds journals)
	rm -rf .venv .make .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* htmlcov dist build *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
