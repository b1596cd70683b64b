# Every target does its own set-up. `make help` says what there is.
.DEFAULT_GOAL := help
.PHONY: help run test check bench train clean setup
MAKEFLAGS += --no-print-directory
PYTHON_HERE := .venv/bin/python
# Browsers, models and killed servers share what cores there are: a test that fails beside others is tried once more, alone
# and in plain sight. What fails twice has failed.
TESTS := $(PYTHON_HERE) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0 $(ARGS) || { \
	printf '\n\033[1m%s\033[0m\n' "What failed beside others, once more and alone"; \
	$(PYTHON_HERE) -m pytest --last-failed --last-failed-no-failures none $(ARGS); }
SAY := @printf '\033[1m%s\033[0m\n'

help: ## What can be made
	@echo "make TARGET, where TARGET is one of:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 10

run: ## The studio with all it needs, on http://127.0.0.1:8000 (PORT= changes the port)
	@scripts/setup run
	@exec $(PYTHON_HERE) -m app studio

test: setup ## Every test (ARGS="-k words" for some)
	$(SAY) "Tests"
	@$(TESTS)

check: setup ## What CI runs: format, lint, types, import contracts, translations, every test, every promise
	$(SAY) "Format"
	@$(PYTHON_HERE) -m ruff format --check .
	$(SAY) "Lint"
	@$(PYTHON_HERE) -m ruff check .
	$(SAY) "Types"
	@$(PYTHON_HERE) -m mypy
	$(SAY) "Import contracts"
	@$(PYTHON_HERE) -c "from importlinter.cli import lint_imports_command as lint; lint()"
	$(SAY) "Translations"
	@$(PYTHON_HERE) scripts/translations.py check
	$(SAY) "Tests"
	@$(TESTS)
	$(SAY) "Promises"
	@$(if $(ARGS),echo "only a run of every test can show them",$(PYTHON_HERE) -m app trust verify)

bench: ## Measure (NAME=live, wake, previews, generation, songs, explore, uploads, money or web for one of them)
	@scripts/setup bench
	@$(PYTHON_HERE) -m bench $(NAME)

train: ## Make the starter models again from nothing
	@scripts/setup train
	@$(PYTHON_HERE) -m training $(NAME)

clean: ## Remove the environment and caches; var/, where your data is, stays
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache
	find app bench migrations scripts tests training -name __pycache__ -prune -exec rm -rf {} +

setup:
	@scripts/setup dev
