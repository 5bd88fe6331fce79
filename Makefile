# The things one does here. `make` lists them; each sets up .venv by itself, once per lock.

PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
CORPUS ?= $(or $(YANBAO_CORPUS),../shared/corpus)
SCORE ?= $(CORPUS)/../bench/score.py
REPORT ?= raw_reports
PAGE ?= 1
LAYER ?= tables
FILES ?= $(wildcard raw_reports/*.pdf)

# A stamp named after the lock's content: a new checkout time does not set up again, a changed lock does.
LOCKED := $(VENV)/.locked-$(shell cksum < requirements.lock | cut -d' ' -f1)
READY := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup run test fuzz fuzz-files crashes lint format bench endurance bench-checks look score lock clean

help:  ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

$(LOCKED): requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements.lock
	rm -f $(VENV)/.locked-*
	touch $@

$(READY): $(LOCKED) pyproject.toml
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@

setup: $(READY)  ## make .venv with the locked packages and this project in it

run: $(READY)  ## extract, check and publish raw_reports/, write the quality report
	$(BIN)/yanbao run raw_reports --out extracted --published published --workers $(WORKERS)

test: $(READY)  ## the tests, on WORKERS processes (ARGS="-k name" for some of them)
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

fuzz: $(READY)  ## set N random troubled pages, read them, show what was read wrongly (SEED=7 N=1 for one again)
	$(BIN)/python -m tests.typeset.trouble --pages $(or $(N),2000) --seed $(or $(SEED),0) $(ARGS)

fuzz-files: $(READY)  ## damage N copies of FILES, read them: none may crash, hang or break the contract (SEED=7)
	$(BIN)/python tests/bench/fuzz_files.py --count $(or $(N),5000) --seed $(or $(SEED),1) --workers $(WORKERS) $(FILES)

crashes: $(READY)  ## kill a publisher at 200 moments (KILLS=n); the tests do 20
	YANBAO_KILLS=$(or $(KILLS),200) $(BIN)/python -m pytest tests/datasets/test_crashes.py

lint: $(READY)  ## ruff, formatting, types, and the one direction of imports
	$(BIN)/ruff check pipeline tests setup.py
	$(BIN)/ruff format --check pipeline tests setup.py
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)  ## put the code into the house's format
	$(BIN)/ruff check --fix pipeline tests setup.py
	$(BIN)/ruff format pipeline tests setup.py

bench: $(READY)  ## CPU seconds a page beside the bare PDF library and other readers (ARGS="--pages 100 a.pdf b.pdf")
	YANBAO_CORPUS=$(CORPUS) $(BIN)/python tests/bench/readers.py $(ARGS)

endurance: $(READY)  ## COUNT reports, KILLS kills on the way: the same files as undisturbed, memory flat (ARGS="--cluster")
	$(BIN)/python tests/bench/endurance.py --count $(or $(COUNT),3000) --kills $(or $(KILLS),10) --workers $(WORKERS) $(ARGS) $(FILES)

bench-checks: $(READY)  ## errors put into correct facts, and how many of them the checks find (ARGS="--mutations 1000")
	YANBAO_CORPUS=$(CORPUS) $(BIN)/python -m tests.bench.checks $(ARGS)

look: $(READY)  ## draw a page with what was seen on it: REPORT=x.pdf PAGE=3 LAYER=words|blocks|tables|facts
	$(BIN)/yanbao look $(REPORT) --page $(PAGE) --layer $(LAYER) --out build/look.png

score: $(READY)  ## accuracy against the hand-made truth of CORPUS, where it is there
	@test -d "$(CORPUS)/labelled" || { echo "no corpus at $(CORPUS): set CORPUS=... or YANBAO_CORPUS"; exit 2; }
	$(BIN)/yanbao extract $(CORPUS)/labelled --out build/score --workers $(WORKERS) || test $$? -eq 1
	$(BIN)/python $(SCORE) build/score $(CORPUS)/truth $(ARGS)

lock: $(READY)  ## pin every package again (with the oldest Python the project serves, so that all can install it)
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --upgrade --extra dev --extra ocr --extra delta --extra cluster --extra polars --strip-extras \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --annotation-style line \
	  --output-file requirements.lock pyproject.toml

clean:  ## remove what the tools left behind (never raw_reports, extracted or published)
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
