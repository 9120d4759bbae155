# make report   the weekly report of a starter project
# make test     everything that must hold
# make lab      JupyterLab on the notebooks
# make bench    measured against peers; make bench-levelling, under an hour, on PSPLIB
PYTHON ?= python3
BIN := .venv/bin
PYTHON313 ?= python3.13
RIVAL := .venv/rival/bin/python
COMPILE := import pmtools as pm; \
	pm.simulate(pm.read_project("templates/projects/software-rollout"), n_trials=2)
PROJECT ?= templates/projects/software-rollout

.PHONY: report test lab bench bench-levelling clean

report: .venv/ready
	@$(BIN)/pmtools report $(PROJECT) --out out

lab: .venv/ready
	$(BIN)/pmtools lab

test: .venv/ready-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist loadscope

bench: .venv/ready-for-benchmarks
	@$(RIVAL) -c 'import mcprojsim' 2>/dev/null \
	|| ($(PYTHON313) -m venv .venv/rival && $(RIVAL) -m pip install --quiet mcprojsim) \
	|| echo 'without mcprojsim, which needs Python 3.13: make bench PYTHON313=path/to/python3.13'
	MCPROJSIM_PYTHON=$$($(RIVAL) -c 'import sys, mcprojsim; print(sys.executable)' 2>/dev/null) \
	$(BIN)/python -m tests.benchmarks

bench-levelling: .venv/ready-for-benchmarks
	$(BIN)/python -m tests.benchmarks.levelling

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "pmtools needs Python 3.11 or newer: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

.venv/ready: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[schedule-files]'
	@$(BIN)/python -c '$(COMPILE)'
	@touch $@

.venv/ready-for-tests: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[schedule-files,test]'
	@touch .venv/ready $@

.venv/ready-for-benchmarks: .venv/ready-for-tests
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[schedule-files,test,bench]'
	@touch .venv/ready .venv/ready-for-tests $@

clean:
	rm -rf .venv out build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
