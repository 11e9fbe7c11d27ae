# Everything that a person does with this project, one command each. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup run run-lan link test test-all check format bench prove screenshots reference bom lock lab train-setup clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

setup: ## Make .venv with the packages and build the front end (nothing is installed into the system)
	@$(PYTHON) -m tools.setup server

run: setup ## Start Hammer Forge on http://127.0.0.1:8000 (PORT and DATA_DIR can be set)
	@exec $(VENV)/python manage.py serve

run-lan: setup ## Start it over HTTPS on this machine's network address, for phones and colleagues
	@exec $(VENV)/python -m forge.serving.lan

link: setup ## Print a new sign-in link; EMAIL=mika@example.org for another person
	@$(VENV)/python manage.py link $(EMAIL)

test: ## Run the tests, except the slow ones (what they need of Debian's packages is installed first)
	@$(PYTHON) -m tools.needs test
	@$(PYTHON) -m tools.setup dev
	@$(VENV)/python -m tools.test

test-all: ## Run the slow tests too
	@$(PYTHON) -m tools.needs test
	@$(PYTHON) -m tools.setup dev
	@$(VENV)/python -m tools.test --all

# Ruff's cache remembers which imports are ours by file: a module that moved elsewhere is not noticed there.
check: ## Format, lint, templates, types, import floors, plain words, in both languages
	@$(PYTHON) -m tools.setup dev
	@$(VENV)/ruff check --no-cache .
	@$(VENV)/ruff format --check .
	@$(VENV)/djlint templates --lint --quiet
	@$(VENV)/lint-imports --no-logo
	@$(VENV)/python -m tools.checks.plain_words
	@$(VENV)/python -m tools.checks.docstrings
	@$(VENV)/python -m tools.checks.class_names
	@$(VENV)/python -m tools.checks.file_lengths
	@$(VENV)/python -m tools.checks.shared_helpers
	@$(VENV)/mypy
	@$(VENV)/python -m tools.frontend check

format: ## Format the code, in both languages
	@$(PYTHON) -m tools.setup dev
	@$(VENV)/ruff check --fix --no-cache .
	@$(VENV)/ruff format .
	@$(VENV)/python -m tools.frontend format

bench: ## Measure, and write docs/benchmarks.md
	@$(PYTHON) -m tools.needs pages
	@$(PYTHON) -m tools.setup dev
	@$(VENV)/python -m benchmarks

prove: ## Run the long proofs; stop and resume as you like; writes docs/proof.md
	@$(PYTHON) -m tools.needs prove
	@$(PYTHON) -m tools.setup dev
	@$(VENV)/python -m tools.prove

screenshots: ## Take the pictures that the documentation shows anew
	@$(PYTHON) -m tools.needs pages
	@$(PYTHON) -m tools.setup dev
	@$(VENV)/python -m tools.pictures.screenshots

reference: ## Write the description of the API, the pages of docs/reference that are made from the code, and the tests of docs/security
	@$(PYTHON) -m tools.setup dev
	@$(VENV)/python -m tools.reference

bom: ## Write bills of materials (CycloneDX) of the Python packages and of the front end's
	@$(PYTHON) -m tools.setup dev
	@$(VENV)/python -m tools.packaging.bom

lock: ## Lock the Python packages anew (UPGRADE=1 takes newer versions)
	@$(VENV)/python -m tools.packaging.lock $(if $(UPGRADE),--upgrade)
	@$(VENV)/python -m tools.packaging.sizes

lab: ## Prepare the environments of what compares, quantises, searches, converts and trains in the user's cache (750 MB to download)
	@$(PYTHON) -m tools.setup server
	@$(VENV)/python -m lab.environments prepare

train-setup: ## Also install what templates with speech and the exports of test models need (pyworld, TensorFlow; 600 MB to download)
	@$(PYTHON) -m tools.setup train

clean: ## Remove what setup made; data/ stays
	@rm -rf .venv static/build static/language static/example static/template-runes dist frontend/node_modules frontend/src/api/schema.ts typings frontend/src/declared
