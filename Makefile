# Everything that one does with a checkout. Needs Python 3.11 or newer and make; nothing else.

PYTHON ?= python3
PYTHONS := $(PYTHON) python3 python3.13 python3.12 python3.11
VENV := .venv
RUN := $(VENV)/bin/python
STAMPS := $(VENV)/.stamps
PIP := $(RUN) -m pip --disable-pip-version-check --quiet
# Extras stay in the pins: pip before 23.3 takes a package wanted with an extra for one without a pin.
COMPILE_ALONE := pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header -q
COMPILE := $(COMPILE_ALONE) pyproject.toml --group build --extra all
COMPILE_SERVICES := $(COMPILE_ALONE) pyproject.toml --group build --extra services
ARGS ?=
# Four at a time at most: each process of the tests may start a Kafka and a Postgres of its own.
PYTEST := -m pytest --numprocesses auto --maxprocesses 4 --dist loadgroup --durations 15

.PHONY: help setup run test test-oldest check oldsdks old-sdks-tested bench-overhead overhead-measured bench-sink bench-processor bench-growth quixstreams-installed bench-pipe cluster torture pin clean
.DELETE_ON_ERROR:

help:  ## show these commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1 | /p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-22s%s\n", $$1, $$2}'

setup: $(STAMPS)/software  ## install what is missing: .venv, pinned requirements, Kafka's jars

run: setup  ## the demonstration: the whole pipe on real Kafka and Postgres
	@$(RUN) -m tollbook_cli demo

test: setup $(STAMPS)/dev  ## every test, on real services (ARGS="-k name" for some)
	@$(RUN) $(PYTEST) $(ARGS)

test-oldest: setup $(STAMPS)/dev  ## every database test on Postgres 15, where this machine has it (ARGS="-k name" for some)
	@PYTHONPATH=tests $(RUN) -m support.oldest_postgres --numprocesses auto --maxprocesses 4 --dist loadgroup $(ARGS)

cluster: setup $(STAMPS)/dev  ## kill nodes of a real Kafka cluster under load (ROUNDS=10 SEED=1)
	@cd tests && ../$(RUN) -m cluster --rounds $(or $(ROUNDS),10) --seed $(or $(SEED),1) $(ARGS)

torture: setup $(STAMPS)/dev  ## faults of all sorts on the real pipe, then all must equal the truth (ROUNDS=4 SEED=1)
	@cd tests && ../$(RUN) -m torture --rounds $(or $(ROUNDS),4) --seed $(or $(SEED),1) $(ARGS)

check: $(STAMPS)/install $(STAMPS)/dev  ## style, types and layers
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

oldsdks:  ## the producers' tests against the previous majors of the SDKs
	@$(MAKE) --no-print-directory VENV=.venv-oldsdks old-sdks-tested

old-sdks-tested: $(STAMPS)/old-sdks
	@$(RUN) $(PYTEST) tests/unit/producers $(ARGS)

bench-overhead:  ## time added to calls, ours beside OpenTelemetry's and others' (ARGS="--quick")
	@$(MAKE) --no-print-directory VENV=.venv-bench overhead-measured

overhead-measured: $(STAMPS)/bench
	@$(RUN) -m tollbook_cli setup
	@$(RUN) -m benchmarks.overhead $(ARGS)

bench-sink: setup  ## events/s through the whole sink beside COPY of the same rows (ARGS="--quick")
	@$(RUN) -m benchmarks.sink $(ARGS)

bench-pipe: setup  ## sustained events/s of the whole pipe, and seconds to a billable row (ARGS="--quick")
	@$(RUN) -m benchmarks.pipe $(ARGS)

bench-processor: setup .venv-quixstreams/.stamps/quixstreams  ## events/s folded beside Faust's table, quixstreams and a plain loop (ARGS="--quick")
	@$(RUN) -m benchmarks.processor $(ARGS)

bench-bill: setup  ## bills beside sums over the ledger, and seconds from a call to its bill (ARGS="--quick")
	@$(RUN) -m benchmarks.bill $(ARGS)

bench-lifecycle: setup  ## seconds to compact windows and drop days, and the sink meanwhile (ARGS="--quick")
	@$(RUN) -m benchmarks.lifecycle $(ARGS)

bench-growth: setup  ## events/s, restart time and memory of the processor as open keys grow (ARGS="--quick")
	@$(RUN) -m benchmarks.processor.growth $(ARGS)

pin: $(STAMPS)/venv  ## make requirements/*.txt again from pyproject.toml
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT \
	&& $(RUN) -m venv "$$folder/venv" \
	&& "$$folder/venv/bin/python" -m pip --disable-pip-version-check --quiet install uv \
	&& "$$folder/venv/bin/uv" $(COMPILE) -o requirements/run.txt \
	&& "$$folder/venv/bin/uv" $(COMPILE_SERVICES) -o requirements/services.txt \
	&& "$$folder/venv/bin/uv" $(COMPILE) --group dev -o requirements/dev.txt \
	&& "$$folder/venv/bin/uv" $(COMPILE) --group dev -c requirements/old-sdks.in -o requirements/old-sdks.txt \
	&& "$$folder/venv/bin/uv" $(COMPILE) --group bench -o requirements/bench.txt \
	&& "$$folder/venv/bin/uv" $(COMPILE_ALONE) requirements/quixstreams.in -o requirements/quixstreams.txt

clean:  ## remove .venv and caches; a stack's data stays
	rm -rf $(VENV) .venv-oldsdks .venv-bench .venv-quixstreams .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist

$(STAMPS)/venv:
	@new=; for python in $(PYTHONS); do \
		command -v "$$python" > /dev/null 2>&1 || continue; \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || continue; \
		new=$$python; \
		"$$python" -c 'import ensurepip, venv' 2> /dev/null || continue; \
		echo "making $(VENV) with $$("$$python" --version)"; \
		"$$python" -m venv $(VENV) && mkdir -p $(STAMPS) && touch $@ && exit 0; \
		exit 1; \
	done; \
	if [ -n "$$new" ]; then \
		echo "$$new cannot make virtual environments: install its venv module (Debian, Ubuntu: apt-get install python3-venv)" >&2; \
	else \
		echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python" >&2; \
	fi; \
	exit 1

$(STAMPS)/run: requirements/run.txt $(STAMPS)/venv
	@echo "installing the pinned requirements; the first time takes a minute"
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(STAMPS)/install: pyproject.toml $(STAMPS)/run
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/dev: requirements/dev.txt $(STAMPS)/run
	@echo "installing the pinned tools for tests and checks"
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(STAMPS)/old-sdks: requirements/old-sdks.txt pyproject.toml $(STAMPS)/venv
	@echo "installing the previous majors of the SDKs"
	@$(PIP) install --require-hashes -r $<
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(STAMPS)/bench: requirements/bench.txt pyproject.toml $(STAMPS)/venv
	@echo "installing the pinned rivals into $(VENV)"
	@$(PIP) install --require-hashes -r $<
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv-quixstreams/.stamps/quixstreams: requirements/quixstreams.txt
	@$(MAKE) --no-print-directory VENV=.venv-quixstreams quixstreams-installed
	@touch $@

quixstreams-installed: $(STAMPS)/venv
	@echo "installing the pinned quixstreams, which wants another confluent-kafka than we do, into $(VENV)"
	@$(PIP) install --require-hashes -r requirements/quixstreams.txt

$(STAMPS)/software: cli/tollbook_cli/stack/jgo.lock.toml $(STAMPS)/install
	@$(RUN) -m tollbook_cli setup
	@touch $@
