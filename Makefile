# Each target sets up what it needs in .venv by itself; the second time it only checks a stamp file.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   ?= .venv
BIN    := $(VENV)/bin
export HF_HUB_OFFLINE = 1
# Where it is set, each process that a test starts compiles the whole package anew.
export PYTHONDONTWRITEBYTECODE =
export PIP_CONSTRAINT = $(CURDIR)/constraints.txt

.PHONY: demo test check bench calibration docs clean
.DEFAULT_GOAL := help

.PHONY: help
help:
	@echo "make demo    train a small network on real digits and chart it: demo/report.html"
	@echo "make test    run every test, in two processes"
	@echo "make races   races, kills, signals and truncations by the hundred: hours"
	@echo "make check   lint, types, house rules"
	@echo "make bench   time the code against its peers"
	@echo "make fuzz    harm ten thousand files of every kind and read them: a quarter of an hour"
	@echo "make dist    wheel and sdist, checked, and the demo from the wheel alone"
	@echo "make docs    build the documentation site, and find dead links on it"
	@echo "make site SITE=folder   put it beside the sites of other versions"
	@echo "make jupyterlab, make lint-js   the notebook in JupyterLab; the explorer's scripts, by npm"
	@echo "make calibration   draw samples by the thousand, simulated and of real sets: do the intervals hold? hours; goes on where it was stopped"

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# torch first, alone and pinned: a looser request could fetch gigabytes of GPU libraries.
$(VENV)/.installed-%: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet -e '.[$*]'
	@touch $@

demo: $(VENV)/.installed-models
	$(BIN)/repscape demo -o demo --open
	@echo "Every command of the pages works after:  . $(BIN)/activate"

# No worker that died is replaced, and a test that stands still for five minutes ends its worker: either way the run ends at once
# and fails. xdist with loadfile gives a new worker the same file again, and waits without end.
test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --max-worker-restart=0 \
	    -o faulthandler_timeout=300 -o faulthandler_exit_on_timeout=true

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell *.md docs src tools examples
	$(BIN)/mypy
	$(BIN)/python tools/house_rules.py

# Two writers of one folder, kills, signals, and files cut short, by the hundred; hours.
RACED ?= ../raced
.PHONY: races
races: $(VENV)/.installed-dev
	$(BIN)/python -m tests.faults.races $(RACED)/races --count 500
	$(BIN)/python -m tests.faults.kills $(RACED)/kills --kills 100 --signals 40
	$(BIN)/python -m tests.faults.truncations $(RACED)/cuts --count 30

bench: $(VENV)/.installed-dev
	$(BIN)/python -m pytest benchmarks --benchmark-enable --benchmark-only

# RUNS samples a cell, of simulated families and of real sets; the tables on the page are written from what is there.
SETS ?= ../calibration
RUNS ?= 1000
.PHONY: calibration
calibration: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/calibration.py calibration --runs $(RUNS) --processes 2
	$(BIN)/python benchmarks/calibration.py calibration --table docs/calibration.md
	$(BIN)/python benchmarks/populations.py $(SETS)/sets
	$(BIN)/python benchmarks/calibration_real.py $(SETS)/sets $(SETS)/runs --runs $(RUNS)
	$(BIN)/python benchmarks/calibration_real.py $(SETS)/sets $(SETS)/runs --table docs/calibration.md

# MUTATIONS harmed files over every kind that is read; the table on the page is written from what came out.
MUTATIONS ?= 10000
.PHONY: fuzz
fuzz: $(VENV)/.installed-dev
	$(BIN)/python -m tests.faults.fuzz $(MUTATIONS) --table docs/faults.md

# The tutorial's notebook in a real JupyterLab; the scripts of the explorer's page, formatted and linted (needs npm).
.PHONY: jupyterlab lint-js
jupyterlab: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet jupyterlab
	$(BIN)/python benchmarks/jupyterlab.py

lint-js:
	npx --yes @biomejs/biome@2.6.8 check src/repscape/explore/static

# What is uploaded: built, checked, and the demo run from the wheel alone in an environment of its own.
.PHONY: dist licences
dist: $(VENV)/.installed-dev
	rm -rf dist
	$(BIN)/python -m pip install --quiet build twine
	$(BIN)/python -m build --outdir dist
	$(BIN)/python -m twine check --strict dist/*
	$(PYTHON) -m venv dist/bare
	dist/bare/bin/python -m pip install --quiet torch==2.13.0
	dist/bare/bin/python -m pip install --quiet "$$(ls dist/*.whl)[models]"
	dist/bare/bin/python -m pip check
	cd dist && bare/bin/repscape explain id_twonn > /dev/null && bare/bin/repscape demo -o demo

licences: $(VENV)/.installed-dev
	$(BIN)/python tools/licences.py docs/licences.md

docs: $(VENV)/.installed-docs
	$(BIN)/python tools/notebooks.py docs/executed
	$(BIN)/python tools/measure_pictures.py docs/_static/measures
	$(BIN)/python tools/figure_pictures.py docs/_static/figures
	$(BIN)/python tools/gallery.py docs
	$(BIN)/sphinx-build -W -b html docs docs/_build
	$(BIN)/python tools/check_site.py docs/_build

# SITE is the folder that a web server shows, with a folder for each version.
.PHONY: site
site: docs
	$(BIN)/python tools/put_site.py docs/_build $(SITE)

clean:
	rm -rf $(VENV) demo dist docs/_build docs/executed docs/jupyter_execute docs/gallery.md docs/gallery_files docs/_static/measures docs/_static/figures
