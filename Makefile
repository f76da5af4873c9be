# Everything a newcomer, a reviewer and the build server need; `make` alone lists it.
# Needs make and Python 3.11 or newer, nothing else and no root. PORT=, HOST=, PYTHON=, CHROMIUM= choose otherwise.

SHELL := /bin/sh
PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
SOURCES := feedback_app tasks config.py wsgi.py deploy
TRANSLATIONS := feedback_app/translations
CATALOGUES := $(wildcard $(TRANSLATIONS)/*/LC_MESSAGES/messages.po)
PYTEST := $(VENV_PYTHON) -m pytest
LOCK := $(VENV_PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

# Of the caller's environment, what would lead Python elsewhere. UTF-8 because the messages are Vietnamese.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONSAFEPATH
export PYTHON PORT HOST CHROMIUM
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: help run flask test checks install install-dev browser compile lock fonts benchmark clean translations \
	check-format check-lint check-imports check-types check-templates check-translations check-migrations \
	check-unit check-integration check-browser

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: install compile  ## start the whole service on PORT=8000; Ctrl-C stops it
	@exec $(VENV_PYTHON) -m deploy.run

flask: install compile  ## one administrator's command beside a running service: make flask CMD="staff add"
	@exec $(VENV_PYTHON) -m deploy.run flask $(CMD)

test: install-dev compile browser  ## every check and every test
	@$(MAKE) --no-print-directory checks
	@exec $(PYTEST) -n 2

checks: check-format check-lint check-imports check-types check-templates check-translations  ## every check without the tests

install:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { echo 'Không tìm thấy $(PYTHON); cần Python 3.11 trở lên (hoặc PYTHON=/đường/dẫn).'; echo '$(PYTHON) was not found; Python 3.11 or newer is needed (or PYTHON=/path).'; exit 1; }
	@exec "$(PYTHON)" deploy/install.py requirements.txt requirements-embedded.txt

install-dev: install
	@exec "$(PYTHON)" deploy/install.py requirements.txt requirements-embedded.txt requirements-dev.txt

browser: install-dev
	@exec $(VENV_PYTHON) -m deploy.browser

compile: install $(CATALOGUES:.po=.mo)

%.mo: %.po
	@$(VENV_PYTHON) -m babel.messages.frontend compile --input-file $< --output-file $@ 2>/dev/null

check-format: install-dev  ## code is formatted (ruff format)
	@$(VENV_PYTHON) -m ruff format --check --quiet . || { $(VENV_PYTHON) -m ruff format --diff .; exit 1; }

check-lint: install-dev  ## ruff's rules
	@$(VENV_PYTHON) -m ruff check --quiet .

check-imports: install-dev  ## the order of the slices (import-linter)
	@$(VENV_PYTHON) -c 'from importlinter.cli import lint_imports_command as main; main()' --no-cache

check-types: install-dev  ## mypy, strict
	@$(VENV_PYTHON) -m mypy

check-templates: install-dev  ## djlint on the templates
	@$(VENV_PYTHON) -m djlint --lint --quiet feedback_app

check-translations: install-dev  ## the English catalogue is complete and up to date
	@$(VENV_PYTHON) -m deploy.translations --check

check-migrations: install-dev compile  ## migrations are numbered, agree with the models, go up, down and up
	@$(PYTEST) tests/architecture/test_migrations.py

check-unit: install-dev compile  ## tests without a browser or a worker process
	@$(PYTEST) -n 2 -m "not browser and not worker"

check-integration: install-dev compile  ## tests with a real Celery worker
	@$(PYTEST) -m worker

check-browser: install-dev compile browser  ## journeys in Chromium
	@$(PYTEST) -n 2 -m browser

translations: install-dev  ## add new texts to the English catalogue, drop unused ones
	@$(VENV_PYTHON) -m deploy.translations

lock: install-dev  ## compile requirements*.in with hashes
	@$(LOCK) requirements.in -o requirements.txt
	@$(LOCK) requirements-embedded.in -o requirements-embedded.txt
	@$(LOCK) requirements-dev.in -o requirements-dev.txt

fonts: install-dev  ## cut the shipped fonts anew from their sources
	@$(VENV_PYTHON) -m deploy.fonts

benchmark: install  ## measure this machine (see benchmarks/README.md)
	@exec $(VENV_PYTHON) -m benchmarks

clean:  ## remove what tools left; data in var/ and .venv stay
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results var/test
	@find . -path ./.venv -prune -o -path ./var -prune -o -name __pycache__ -type d -print | xargs rm -rf
