# Each target does the set-up it needs. `make setup`, and each target that runs it, takes
# TRACK=older|newer and PYTHON=/path to override the choice of track and Python.
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-pets test test-debian13 debian13-root test-flink test-flink-short test-kills test-mutations test-malformed test-soak check format bench bench-folder bench-scale bench-serving bench-models bench-train bench-pointing bench-calibration bench-tiles bench-large bench-doubt lock clean

SETUP_PYTHON ?= python3
PY := .venv/bin/python
UV := .uv/bin/uv
DATA ?=
MARKDOWN ?=
PYTEST_ARGS ?=
# A worker takes one file at a time, in order, so that fixtures shared by the tests of a file are made
# once. The number of workers is limited because each loads TensorFlow. For --pdb and -s, set
# PYTEST_WORKERS= (one process).
PYTEST_WORKERS ?= -n logical --maxprocesses 8 --dist loadfile --no-loadscope-reorder
FLINK_ARGS ?=
KILLS_ARGS ?=
MUTATIONS_ARGS ?=
MINUTES ?= 10
MALFORMED_ARGS ?=
SCALE_ARGS ?=
FOLDER_ARGS ?=
SERVING_ARGS ?=
TRAIN_ARGS ?=
LOCK_ARGS ?=
SIDE ?=
LARGE_ARGS ?=
MODELS_ARGS ?=
# Images contain the same versions as the environment of the tests.
OF_IMAGES = --constraint requirements/py311-313.lock --python-version 3.13 \
	--python-platform x86_64-manylinux_2_40
COMPILE = $(UV) pip compile --quiet --generate-hashes --custom-compile-command "make lock" $(LOCK_ARGS)

help:  ## show this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name what; \
		do printf '%-21s %s\n' "make $$name" "$$what"; done

setup:  ## make .venv with the newest TFX that this machine can load
	@$(SETUP_PYTHON) -m tools.environment

demo: setup  ## train on flowers, serve the model, query it; DATA=DIR for other flowers
	@$(PY) -m pipeline.demo.flowers $(if $(DATA),--data "$(DATA)")

demo-pets: setup  ## the same for images with masks (pets); DATA=DIR for other pets
	@$(PY) -m pipeline.demo.pets $(if $(DATA),--data "$(DATA)")

test: setup  ## run the tests; PYTEST_ARGS="tests/tools/test_track.py -k glibc" for some of them
	@$(PY) -m pytest $(PYTEST_WORKERS) $(PYTEST_ARGS)

test-debian13:  ## run the tests on the newer track, in a Debian 13 root, from an older machine
	@SETUP_PYTHON='$(SETUP_PYTHON)' PYTEST_ARGS='$(PYTEST_ARGS)' \
		PYTEST_WORKERS='$(PYTEST_WORKERS)' bash tools/debian13.sh

debian13-root:
	@SETUP_PYTHON='$(SETUP_PYTHON)' bash tools/debian13.sh --prepare

test-flink: setup  ## run ingestion to Transform on a real Flink cluster, with kill -9; needs Java, Maven
	@$(PY) -m pytest -s tests/flink $(FLINK_ARGS)

test-flink-short: setup  ## the short form: ingestion, statistics and bulk predictions, without kill -9
	@$(PY) -m pytest -s tests/flink/test_short_form.py $(FLINK_ARGS)

test-kills: setup  ## kill 100 runs at many moments; KILLS_ARGS="--kills=N --seed=N"
	@$(PY) -m pytest -s tests/kills --kills=100 $(KILLS_ARGS)

test-mutations: setup  ## ingest 5,000 damaged files and pairs; MUTATIONS_ARGS=--seed=N
	@$(PY) -m pytest -s tests/mutations --mutations=5000 $(MUTATIONS_ARGS)

test-soak: setup  ## send requests of 32 clients while ten versions come and go; MINUTES=10
	@$(PY) -m pytest -s -n0 --timeout 0 tests/soak --soak-minutes=$(MINUTES)

test-malformed: setup  ## send 1,000 malformed requests over REST and gRPC; MALFORMED_ARGS=--seed=N
	@$(PY) -m pytest -s tests/malformed --malformed=1000 $(MALFORMED_ARGS)

check: setup  ## run ruff and mypy; check the rendered k8s/ with schemas and checkov
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	@$(PY) -m tools.manifests

format: setup  ## fix what ruff can fix
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

bench: setup  ## measure ingestion, input pipeline and useful pixels; DATA=DIR, MARKDOWN=FILE
	@$(PY) -m pipeline.bench.throughput $(if $(DATA),--data "$(DATA)") $(if $(MARKDOWN),--markdown "$(MARKDOWN)")

bench-folder: setup  ## measure memory and tables for 50,000 files with 10,000 copies; MARKDOWN=FILE
	@$(PY) -m pipeline.bench.folder $(if $(MARKDOWN),--markdown "$(MARKDOWN)") $(FOLDER_ARGS)

bench-scale: setup  ## measure fixed and per-image cost of the Beam engines, with Flink; MARKDOWN=FILE
	@$(PY) -m pipeline.bench.scale $(if $(MARKDOWN),--markdown "$(MARKDOWN)") $(SCALE_ARGS)

bench-serving: setup  ## measure a server: protocols, forms of an image, 1 to 32 clients; MARKDOWN=FILE
	@$(PY) -m pipeline.bench.serving.run $(if $(MARKDOWN),--markdown "$(MARKDOWN)") $(SERVING_ARGS)

bench-train: setup  ## measure training: the tutorial's, ours, each model; DATA=DIR, MARKDOWN=FILE
	@$(PY) -m pipeline.bench.training.run $(if $(DATA),--data "$(DATA)") $(if $(MARKDOWN),--markdown "$(MARKDOWN)") $(TRAIN_ARGS)

bench-models: setup  ## compare models; MODELS="served/NAME/VERSION EXPERIMENT ...", DATA=DIR, MARKDOWN=FILE
	@$(PY) -m pipeline.bench.models $(MODELS) $(MODELS_ARGS) $(if $(DATA),--data "$(DATA)") $(if $(MARKDOWN),--markdown "$(MARKDOWN)")

bench-pointing: setup  ## does a pets classifier look at the pet? MODEL=served/NAME/VERSION, RUN=runs/NAME, DATA=DIR
	@$(PY) -m pipeline.bench.answers.pointing "$(MODEL)" --run "$(RUN)" --data "$(DATA)" $(if $(MARKDOWN),--markdown "$(MARKDOWN)")

bench-calibration: setup  ## do probabilities fit the test split? MODEL=served/NAME/VERSION, RUN=runs/NAME, MARKDOWN=FILE
	@$(PY) -m pipeline.bench.answers.calibration "$(MODEL)" --run "$(RUN)" $(if $(MARKDOWN),--markdown "$(MARKDOWN)")

bench-tiles: setup  ## compare tiles with whole images, by each network; TILES_ARGS="NETWORK... --side 768", MARKDOWN=FILE
	@$(PY) -m pipeline.bench.tiles $(TILES_ARGS) $(if $(MARKDOWN),--markdown "$(MARKDOWN)")

bench-large: setup  ## predict a large image in tiles, killed once; SIDE=20000, LARGE_ARGS=--by-server, MARKDOWN=FILE
	@$(PY) -m pipeline.bench.large.run $(if $(SIDE),--side $(SIDE)) $(LARGE_ARGS) $(if $(MARKDOWN),--markdown "$(MARKDOWN)")

bench-doubt: setup  ## swap 5 % of the training labels and find them again; DATA=DIR, MARKDOWN=FILE
	@$(PY) -m pipeline.bench.answers.doubt $(if $(DATA),--data "$(DATA)") $(if $(MARKDOWN),--markdown "$(MARKDOWN)")

# To change uv's version, first replace requirements/uv.txt with the one line "uv==VERSION".
lock:  ## renew the locks from setup.py; LOCK_ARGS=--upgrade for newer versions
	@$(SETUP_PYTHON) -m tools.installer
	sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements/uv.txt | \
		$(COMPILE) --output-file requirements/uv.txt -
	$(COMPILE) setup.py --extra kubeflow --extra dev --extra pretrained --python-version 3.10 \
		--python-platform x86_64-manylinux_2_31 --output-file requirements/py310.lock
	$(COMPILE) setup.py --extra kubeflow --extra dev --extra pretrained --python-version 3.11 \
		--universal --output-file requirements/py311-313.lock
	$(COMPILE) setup.py --extra kubeflow --extra gpu --extra pretrained $(OF_IMAGES) --output-file requirements/gpu.lock
	$(COMPILE) setup.py $(OF_IMAGES) --output-file requirements/client.lock
	for tool in checkov kubernetes-validate; do $(COMPILE) requirements/$$tool.in \
		--python-version 3.10 --universal --output-file requirements/$$tool.lock || exit 1; done

clean:  ## remove environments and caches; keeps runs/ and served/
	rm -rf --one-file-system .venv .uv .uv.part .debian13 .tools build *.egg-info
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
