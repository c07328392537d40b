# Two commands: `make run` and `make test`. Needs python3 (3.11 or later), git and make; nothing else.
PYTHON ?= python3
BIN := .venv/bin
TESTS ?= tests
# one worker per core up to four: more of them only fight over the disk's fsync; each keeps to its own files while it has some,
# so that a demo or a browser is started once for them, and takes from the other what is left at the end
WORKERS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -gt 4 ] && n=4; echo $$n)
export STRICT
ifneq ($(PYTHONDONTWRITEBYTECODE),)
# somebody wants no bytecode beside the sources: then it lies apart, or each of some hundred programs compiles it all anew
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX ?= $(CURDIR)/.cache/bytecode
endif

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test check bench wheel lock format words clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## the .venv with pinned, hashed packages, fonts, icons (quick when nothing changed)
	@$(PYTHON) -m tools.setup run

setup-test: ## what the tests need besides: pytest and its kin, Mosquitto, PostgreSQL, Chromium
	@$(PYTHON) -m tools.setup test

run: setup ## the demo lab on http://127.0.0.1:8080/ ; Ctrl-C ends all of it (ARGS="--port 9090 --seed 7")
	@$(PYTHON) -m tools.parts --optional mosquitto
	@exec $(BIN)/loquet demo $(ARGS)

test: setup-test ## the whole suite (STRICT=1: what is missing fails; TESTS=tests/core for a part)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS) $(ARGS)

check: setup-test ## format, lint, types, architecture, dependencies, sizes, purity, translations, duplicates
	@$(BIN)/python -m tools.check $(ARGS)

bench: setup-test ## the numbers we promise, measured
	@$(BIN)/python -m benchmarks $(ARGS)

wheel: setup ## dist/loquet-*.whl with fonts, icons, pages and translations inside
	@$(BIN)/python -m tools.wheel

lock: setup-test ## resolve requirements/*.in anew into pinned and hashed *.txt, and package-lock.json
	@$(BIN)/python -m tools.lock

format: setup-test ## let ruff lay out the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix --quiet .

words: setup ## collect new texts to translate into hub/words/translations
	@$(BIN)/python -m tools.words collect

clean: ## forget what was built (keeps var/, the demo's data)
	rm -rf .venv .cache dist build node_modules hub/web/static/vendor .mypy_cache .ruff_cache .pytest_cache
