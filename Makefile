# make demo: the main job on a real article, with no credentials at all. make test: lint, types, floors, tests.
PYTHON ?= python3.11
BIN := .venv/bin
INSTALLED := .venv/installed

.PHONY: demo test faults crash scale lint install lock clean

install: $(INSTALLED)

$(INSTALLED): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed; name yours: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the pinned requirements into .venv (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(INSTALLED)
	@$(BIN)/article-images run examples/laktoseintoleranz-und-laktase.md

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers 2
	$(BIN)/lint-imports
	$(BIN)/deptry .

test: lint # a worker for each core, four at most; a file's tests stay together, for what they share
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

faults: $(INSTALLED) # every fault x kind of picture; ONLY='s3 503' for some rows
	$(BIN)/python -m tests.reliability.faults $(if $(ONLY),--only '$(ONLY)')

crash: $(INSTALLED) # kill -9 at 30 moments of a run, and run again
	$(BIN)/python -m tests.reliability.crash

scale: $(INSTALLED) # 200 articles, Prefect on PostgreSQL, two workers' machines, one of which dies; KILL=parent|none
	$(BIN)/python -m tests.reliability.scale --kill $(or $(KILL),worker)

lock: # look at what a changed pin does to the others before you commit it
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes \
		--no-emit-index-url --no-header pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv .article-images
