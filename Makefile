# make demo: all pictures of a real article, without credentials. make test: linters, types, import layers, tests.
# PYTHON names another Python than the one that is found: make PYTHON=/path/to/python3.13 demo
BIN := .venv/bin
INSTALL := PYTHON='$(PYTHON)' sh deployments/install.sh
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header

.PHONY: demo test faults crash stops bench scale formats schemas screenshots lint pythons install server dev dask lock clean

install: # what it needs to run; once, as all of these
	@$(INSTALL) requirements.lock

server: # and what the image has: signatures, Redis
	@$(INSTALL) deployments/image.lock

dev: # and the linters, the browser and the tests' tools
	@$(INSTALL) requirements-dev.lock

demo: install
	@$(BIN)/article-images run examples/laktoseintoleranz-und-laktase.md

lint: dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --num-workers 2
	$(BIN)/lint-imports
	$(BIN)/deptry .

test: lint # three workers, since tests mostly wait; a file's tests stay on one worker, to share fixtures
	$(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

pythons: dev # the other Pythons that are here: modules, pinned pictures, and an article's run
	@sh tests/pythons.sh run

faults: dev # every fault x kind of picture or command; ONLY='s3 503' or ONLY='^migrate' for some rows
	$(BIN)/python -m tests.reliability.faults $(if $(ONLY),--only '$(ONLY)')

crash: dev # kill -9 at 30 moments of a run, and run again; at ten of each command on tenants; ONLY=erase for one
	$(BIN)/python -m tests.reliability.crash $(if $(ONLY),--only '$(ONLY)')

stops: dev # SIGINT and SIGTERM at every quarter of a second of a run, a backlog, a worker's run; STEP=1 is quicker
	$(BIN)/python -m tests.reliability.stops --step $(or $(STEP),0.25)

formats: dev # size and similarity of the web formats, compared with PNG
	$(BIN)/python -m tests.imaging.pictures.bench_formats

schemas: dev # writes the JSON Schemas of article and image set into docs/schemas
	$(BIN)/python -m tests.manual.schemas

screenshots: dev # takes the pictures of README and docs; ONLY=drawings|ui|terminal|gallery; look at them
	$(BIN)/python -m tests.manual.screenshots $(ONLY)

bench: dev # beside genblaze and a plain script; ONLY='article|start' for some rows, SCALE=1000 for a large backlog too, WRITE=1 into the docs
	$(BIN)/python -m tests.benchmarks $(if $(ONLY),--only '$(ONLY)') $(if $(SCALE),--scale $(SCALE)) $(if $(WRITE),--write docs/performance.md)

scale: dev # 200 articles, Prefect on PostgreSQL, two worker machines, one of which is killed; KILL=parent|none
	$(BIN)/python -m tests.reliability.scale --kill $(or $(KILL),worker)

dask: # and the packages for IMAGES_TASK_RUNNER=dask; each start then takes 0.8 s of CPU more
	@$(INSTALL) deployments/dask.lock

lock: dev # for development, users, the image, and Dask; review the changes of other pins before you commit
	$(COMPILE) --extra dev --extra otel pyproject.toml --output-file requirements-dev.lock
	$(COMPILE) --extra build --extra otel --constraints requirements-dev.lock pyproject.toml --output-file requirements.lock
	$(COMPILE) --extra redis --extra build --extra otel --extra c2pa --constraints requirements-dev.lock pyproject.toml --output-file deployments/image.lock
	$(COMPILE) --extra dask --extra build --constraints requirements-dev.lock pyproject.toml --output-file deployments/dask.lock

clean:
	rm -rf .venv .article-images
