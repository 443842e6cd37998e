# make run starts the whole product; make test and make check are what CI does. Each installs what it needs into .venv.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
IS_311 := -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'
COMPILE := $(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links
INSTALL := $(BIN)/python tools/install.py
# The refusals of an unsafe configuration are tried on this one, which is safe
PRODUCTION := DEMO=false DEBUG=false DATABASE_URL=postgres://user@localhost/roadmaps REDIS_URL=redis://localhost/0 \
	SECRET_KEY=only-for-the-check-0123456789-abcdefghijklmnopqrstuvwxyz ALLOWED_HOSTS=roadmaps.example.org \
	ORIGIN=https://roadmaps.example.org EMAIL_URL=smtp+tls://mail.example.org:587 TRUSTED_PROXIES=1
# Checks and tests keep what they write apart from what `make run` keeps
SCRATCH := $(VENV)/scratch

.PHONY: help run test test-faults bench check schema states format lock audit clean venv install install-dev
.DEFAULT_GOAL := help

help:
	@echo "make run    start it all: http://localhost:8000 (PORT and DATA_DIR may be set; .env.example lists the rest)"
	@echo "make test   the whole test suite"
	@echo "make test-faults  real installations that are broken on purpose; needs PostgreSQL, Redis and gcc, and root"
	@echo "make bench  what it costs, on the PostgreSQL of DATABASE_URL"
	@echo "make check  lint, types, floors, migrations, deployment settings, locks, licences"
	@echo "make schema write docs/openapi.yaml, the published description of the API, from the code"
	@echo "make states write docs/states.md from the table of a proposal's statuses"
	@echo "make format put the code into its form"
	@echo "make lock   write requirements*.txt anew from the .in files (make lock UPGRADE=--upgrade for newer releases)"
	@echo "make audit  known vulnerabilities of what is installed (needs the internet)"
	@echo "make clean  delete everything that was made, except data/"

run: install
	@exec $(BIN)/python manage.py run

test: install-dev
	@mkdir -p $(SCRATCH) && DATA_DIR=$$(mktemp -d $(SCRATCH)/test.XXXXXX) && export DATA_DIR && \
		trap 'rm -rf "$$DATA_DIR"' EXIT && $(BIN)/pytest -n 2 $(ARGS)

# Each has a PostgreSQL and a Redis of its own, and nothing of this machine's
test-faults: install-dev
	@mkdir -p $(SCRATCH) && DATA_DIR=$$(mktemp -d $(SCRATCH)/test.XXXXXX) && export DATA_DIR && \
		trap 'rm -rf "$$DATA_DIR"' EXIT && $(BIN)/pytest -n 2 -m faults tests/faults $(ARGS)

check: export DATA_DIR = $(SCRATCH)/check
check: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	git ls-files '*.html' | xargs $(BIN)/djade --target-version 5.2 --check
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python -W error manage.py check --deploy --fail-level WARNING
	PYTHONPATH=. $(BIN)/python tools/write_states.py --check
	$(BIN)/python tools/locks.py
	$(BIN)/python -m pip check
	$(BIN)/python tools/licences.py

# A test compares the file with the code
schema: export DATA_DIR = $(SCRATCH)/check
schema: install-dev
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

states: install-dev
	PYTHONPATH=. $(BIN)/python tools/write_states.py

format: install-dev
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	git ls-files '*.html' | xargs $(BIN)/djade --target-version 5.2

# On the PostgreSQL that DATABASE_URL names; docs/benchmarks.md says what is measured
bench: install-dev
	DEMO=1 $(BIN)/python -m bench.two_keys
	DEMO=1 $(BIN)/python -m bench.api_page
	DEMO=1 $(BIN)/python -m bench.pages
	DEMO=1 $(BIN)/python -m bench.flat

lock: install-dev
	$(COMPILE) $(UPGRADE) requirements.in -o requirements.txt
	$(COMPILE) $(UPGRADE) requirements-dev.in -o requirements-dev.txt

# --strict: without it a package that the service does not know counts as a safe one
audit: install-dev
	$(BIN)/uv tool run --from "pip-audit>=2.9,<3" pip-audit --strict --disable-pip --require-hashes \
		-r requirements.txt -r requirements-dev.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# The environment; one whose Python is gone or another's is made anew
venv:
	@$(BIN)/python $(IS_311) 2>/dev/null || { \
		"$(PYTHON)" $(IS_311) 2>/dev/null || { \
			echo "Python 3.11 is not here: install it (on Debian: apt install python3.11 python3.11-venv)," \
				"or say where it is: make run PYTHON=/path/to/python3.11" >&2; exit 1; }; \
		rm -rf $(VENV); "$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
			echo "Python 3.11 is here without venv: install it too (on Debian: apt install python3.11-venv)." >&2; exit 1; }; }

# What was installed last is kept beside it: nothing is done where the lock file has not changed since
install: venv
	@cmp -s requirements.txt $(VENV)/installed.txt || { echo "Installing the requirements (once, about half a minute) ..." && \
		$(INSTALL) requirements.txt && cp requirements.txt $(VENV)/installed.txt; }

install-dev: install
	@cmp -s requirements-dev.txt $(VENV)/installed-dev.txt || { echo "Installing what tests and checks need ..." && \
		$(INSTALL) requirements.txt requirements-dev.txt && cp requirements-dev.txt $(VENV)/installed-dev.txt; }
