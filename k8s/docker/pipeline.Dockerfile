# The image of every step of the pipeline, and of Beam's worker pools: the newer track, with CUDA.
#
#   digest=$(docker buildx imagetools inspect python:3.13-slim-trixie | awk '/^Digest:/ {print $2}')
#   docker build --platform linux/amd64 --file k8s/docker/pipeline.Dockerfile \
#       --build-arg BASE_DIGEST="$digest" --build-arg REVISION="$(git rev-parse HEAD)" \
#       --tag registry.example.com/fcn/pipeline:0.1.0 .
#
# BASE_DIGEST has no default: without one, Docker refuses the name of the base image. BASE may name
# the same image in a registry of your own.
ARG BASE=docker.io/library/python:3.13-slim-trixie
ARG BASE_DIGEST

FROM ${BASE}@${BASE_DIGEST} AS builder
# pyfarmhash comes as source only. The compiler stays in this stage.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends 'g++=4:14.*' \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY requirements/uv.txt requirements/gpu.lock requirements/
RUN python -m pip install --no-cache-dir --require-hashes --only-binary :all: \
    --requirement requirements/uv.txt
ENV UV_COMPILE_BYTECODE=1 \
    UV_NO_CACHE=1 \
    UV_PYTHON_DOWNLOADS=never \
    VIRTUAL_ENV=/opt/venv
# What builds the one source is the lock's setuptools, by its hash as well.
RUN uv venv --no-project "$VIRTUAL_ENV" \
    && uv pip sync --require-hashes --build-constraints requirements/gpu.lock requirements/gpu.lock
COPY pyproject.toml setup.py README.md ./
COPY components components/
COPY pipeline pipeline/
COPY serving serving/
COPY trainer trainer/
# With that setuptools, which TensorFlow asks for at run time as well.
RUN uv pip install --no-deps --no-build-isolation .

FROM ${BASE}@${BASE_DIGEST}
COPY --from=builder /opt/venv /opt/venv
# Any user id may run it: nothing is written but below /tmp, and nothing asks for a user's name.
# Log level 1 keeps TensorFlow's warnings of GPUs that it cannot use.
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    XDG_CACHE_HOME=/tmp/.cache \
    MPLCONFIGDIR=/tmp/.matplotlib \
    KERAS_HOME=/tmp/.keras \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TF_CPP_MIN_LOG_LEVEL=1 \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 65532:65532
# An image that cannot import what its steps run is not built. The check leaves no folder of this
# user's in /tmp, where another user could not write.
RUN --mount=type=tmpfs,target=/tmp python -c 'import components.kubeflow.entry_point, pipeline.flink.worker_pool'
ARG REVISION=unknown
LABEL org.opencontainers.image.title="fcn-pipeline" \
    org.opencontainers.image.description="Steps of a TFX pipeline that trains fully convolutional networks" \
    org.opencontainers.image.revision="${REVISION}"
# Kubeflow Pipelines gives each step its command; this is what people see.
CMD ["fcn", "--help"]
