# The image of all steps of the pipeline and of Beam's worker pools: the newer track, with CUDA.
#
#   digest=$(docker buildx imagetools inspect python:3.13-slim-trixie | awk '/^Digest:/ {print $2}')
#   docker build --platform linux/amd64 --file k8s/docker/pipeline.Dockerfile \
#       --build-arg BASE_DIGEST="$digest" --build-arg REVISION="$(git rev-parse HEAD)" \
#       --tag registry.example.com/fcn/pipeline:0.1.0 .
#
# BASE_DIGEST has no default, so that the build fails without one. BASE may name the same image in your
# own registry.
ARG BASE=docker.io/library/python:3.13-slim-trixie
ARG BASE_DIGEST

FROM ${BASE}@${BASE_DIGEST} AS builder
# pyfarmhash is published as source only. The compiler stays in this stage.
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
# pyfarmhash is built with the lock's setuptools, which is pinned by hash as well.
RUN uv venv --no-project "$VIRTUAL_ENV" \
    && uv pip sync --require-hashes --build-constraints requirements/gpu.lock requirements/gpu.lock
COPY pyproject.toml setup.py README.md ./
COPY components components/
COPY pipeline pipeline/
COPY serving serving/
COPY trainer trainer/
# Built with the same setuptools, which TensorFlow needs at run time as well.
RUN uv pip install --no-deps --no-build-isolation .

FROM ${BASE}@${BASE_DIGEST}
COPY --from=builder /opt/venv /opt/venv
# Any user ID may run it: it writes only below /tmp and never looks up a user name.
# Log level 1 still shows TensorFlow's warnings about GPUs that it cannot use.
# oneDNN speeds up training on CPUs for which TensorFlow leaves it off (pipeline/onednn.py).
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    XDG_CACHE_HOME=/tmp/.cache \
    MPLCONFIGDIR=/tmp/.matplotlib \
    KERAS_HOME=/tmp/.keras \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TF_CPP_MIN_LOG_LEVEL=1 \
    TF_ENABLE_ONEDNN_OPTS=1 \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER 65532:65532
# The build fails if the steps' modules cannot be imported. The tmpfs keeps the check from leaving folders
# in /tmp that another user could not write to.
RUN --mount=type=tmpfs,target=/tmp python -c 'import components.kubeflow.entry_point, pipeline.flink.worker_pool'
ARG REVISION=unknown
LABEL org.opencontainers.image.title="fcn-pipeline" \
    org.opencontainers.image.description="Steps of a TFX pipeline that trains fully convolutional networks" \
    org.opencontainers.image.revision="${REVISION}"
# Kubeflow Pipelines sets the command of each step; this default is for people.
CMD ["fcn", "--help"]
