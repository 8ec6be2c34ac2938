# The only commands a newcomer learns: demo, test, venv, check, bench, docs. See README.md.

PYTHON ?= python3
PORT ?= 8000
DIR ?= var/demo
SCALE ?= small
VENV := .venv
BIN := $(VENV)/bin
ANLAN := PYTHONPATH=src $(BIN)/python -m anlan.cli
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help demo clean-demo venv test check bench lock docs wheel web
.DELETE_ON_ERROR:

help:
	@echo "make demo        the demo county on http://127.0.0.1:$(PORT) with simulated devices   (PORT=, DIR=, SCALE=small|luohu, CHECK=1)"
	@echo "make clean-demo  remove the demo county's data (DIR=)"
	@echo "make test        everything that must hold: rules, services, API, browser"
	@echo "make check       the fast part of it: style, import contracts, house rules"
	@echo "make venv        .venv with the development tools"
	@echo "make web         the scripts of the pages, from web/ (needs Node.js 20 and npm)"
	@echo "make bench       speed, as JSON"
	@echo "make docs        write the generated reference pages"
	@echo "make wheel       dist/anlan-*.whl"
	@echo "make lock        write requirements*.lock anew"

# --- Python ---

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Anlan needs Python 3.11 or later, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv; } \
	  || { echo "python3-venv is missing: apt-get install -y python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.stamp-run: requirements.lock | $(BIN)/python
	$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.stamp-dev: requirements-dev.lock pyproject.toml $(VENV)/.stamp-run
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

venv: $(VENV)/.stamp-dev

# --- the scripts of the pages: the phone's (web/pocket) and those of the live pages (web/screen) ---

POCKET := src/anlan/static/pocket/index.html
POCKET_PARTS := $(wildcard web/pocket/*.* web/pocket/public/* web/pocket/sw/* web/pocket/src/*.* web/pocket/src/*/*)

SCREEN := src/anlan/static/screen/board.js
SCREEN_PARTS := $(wildcard web/screen/*.* web/screen/src/*.* web/screen/src/*/*)

define NODE
@command -v npm >/dev/null 2>&1 && node -e 'process.exit(+process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null \
  || { echo "The scripts of the pages need Node.js 20.19 or later with npm (nodejs.org, or the packages nodejs and npm of a recent distribution)" >&2; exit 1; }
endef

$(SCREEN): $(SCREEN_PARTS)
	$(NODE)
	@[ web/screen/node_modules/.stamp-npm -nt web/screen/package-lock.json ] \
	  || { cd web/screen && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.stamp-npm; }
	cd web/screen && npm run --silent build -- --logLevel=warn
	@touch $@

$(POCKET): $(POCKET_PARTS)
	$(NODE)
	@[ web/pocket/node_modules/.stamp-npm -nt web/pocket/package-lock.json ] \
	  || { cd web/pocket && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.stamp-npm; }
	cd web/pocket && npm run --silent build -- --logLevel=warn
	@touch $@

web: $(POCKET) $(SCREEN)

# --- the demo county ---

# A build that was interrupted is started over. Only a folder that this rule made is ever removed.
$(DIR)/.demo-complete: | $(VENV)/.stamp-run
	@if [ -e "$(DIR)/.demo-started" ]; then rm -rf "$(DIR)"; fi
	@if [ -e "$(DIR)/anlan.sqlite3" ]; then echo "$(DIR) holds data that is no demo county; choose another DIR=" >&2; exit 1; fi
	@mkdir -p "$(DIR)" && touch "$(DIR)/.demo-started"
	$(ANLAN) init --data "$(DIR)"
	$(ANLAN) demo build --scale $(SCALE) --data "$(DIR)"
	@touch $@

ifdef CHECK
demo: $(DIR)/.demo-complete $(POCKET) $(SCREEN)
	@$(ANLAN) demo check --data "$(DIR)" --port $(PORT) --json
else
demo: $(DIR)/.demo-complete $(POCKET) $(SCREEN)
	@exec env $(ANLAN) demo serve --data "$(DIR)" --port $(PORT)
endif

clean-demo:
	@if [ -e "$(DIR)/.demo-started" ]; then rm -rf "$(DIR)"; elif [ -e "$(DIR)" ]; then echo "$(DIR) was not made by make demo; not removed" >&2; exit 1; fi

# --- tests ---

test: venv web
	@sh tests/tools/ensure.sh
	@sh tests/tools/run.sh

check: venv
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/house tests/kernel

bench: venv
	@for script in bench/web.py bench/journal.py bench/import.py bench/documents.py bench/photos.py bench/reminders.py bench/hj212.py; do [ -e $$script ] && $(BIN)/python $$script --json || exit 1; done

# --- made files ---

lock: venv
	$(BIN)/uv pip compile --generate-hashes --no-emit-index-url --no-header --quiet requirements.in -o requirements.lock
	$(BIN)/uv pip compile --generate-hashes --no-emit-index-url --no-header --quiet -c requirements.lock requirements-dev.in -o requirements-dev.lock

docs: venv
	$(BIN)/python tests/tools/reference.py

wheel: venv web
	$(BIN)/python -m build --wheel --no-isolation --outdir dist .
