# Everything a person or a machine does here. `make demo` and `make test` set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DATA ?= ../shared/data

.PHONY: demo test lint types layers unit smoke bench bench-batch soak-batch quality train setup chromium clean

demo: $(READY) ## crop real photographs and draw the strip
	$(BIN)/python examples/demo.py --out demo

test: lint types layers unit smoke ## all that must hold before a change lands

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports --no-cache

unit: $(READY) chromium
	$(BIN)/pytest -q

smoke: $(READY) ## the built wheel, in an empty environment outside the repository
	$(BIN)/python tests/smoke_wheel.py

bench: $(READY) ## speed beside the peers; writes docs/benchmarks.md
	$(BIN)/python -m benchmarks.speed

bench-batch: $(READY) ## CPU seconds of a batch beside the peers, and what follows for a million; writes docs/scale.md
	$(BIN)/python -m benchmarks.batch

soak-batch: $(READY) ## 20,000 pictures in one run: memory must not grow
	$(BIN)/python -m benchmarks.soak

quality: $(READY) ## quality beside the peers on the dev rows; writes docs/quality.md
	$(BIN)/python -m benchmarks.quality --data $(DATA)

train: $(READY) ## train the shipped network again (needs PyTorch and the training pictures)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/training.txt
	$(BIN)/python -m training all --data $(DATA) --cache .cache/training --out src/focalbox/saliency/weights

setup: $(READY)

chromium: ## for the tests of pages; they say so when it is missing
	@command -v chromium >/dev/null || [ "$$(id -u)" != 0 ] || \
		{ apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || true

$(READY): pyproject.toml requirements/dev.txt requirements/batch.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "focalbox needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt -r requirements/batch.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

clean:
	rm -rf $(VENV) .cache build dist demo out .mypy_cache .ruff_cache .pytest_cache .hypothesis
