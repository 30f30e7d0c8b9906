# The client: sends images to a served model over gRPC or REST. It contains no TensorFlow.
#
#   digest=$(docker buildx imagetools inspect python:3.13-slim-trixie | awk '/^Digest:/ {print $2}')
#   docker build --platform linux/amd64 --file k8s/docker/client.Dockerfile \
#       --build-arg BASE_DIGEST="$digest" --build-arg REVISION="$(git rev-parse HEAD)" \
#       --tag registry.example.com/fcn/client:0.1.0 .
#   docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/data" \
#       registry.example.com/fcn/client:0.1.0 predict --server grpc://HOST:8500 rose.jpg
#
# BASE_DIGEST has no default, so that the build fails without one. BASE may name the same image in your
# own registry.
ARG BASE=docker.io/library/python:3.13-slim-trixie
ARG BASE_DIGEST

FROM ${BASE}@${BASE_DIGEST} AS builder
WORKDIR /src
COPY requirements/uv.txt requirements/client.lock requirements/
RUN python -m pip install --no-cache-dir --require-hashes --only-binary :all: \
    --requirement requirements/uv.txt
ENV UV_COMPILE_BYTECODE=1 \
    UV_NO_CACHE=1 \
    UV_PYTHON_DOWNLOADS=never \
    VIRTUAL_ENV=/opt/venv
RUN uv venv --no-project "$VIRTUAL_ENV" \
    && uv pip sync --require-hashes --only-binary :all: requirements/client.lock

FROM ${BASE}@${BASE_DIGEST}
COPY --from=builder /opt/venv /opt/venv
COPY serving /opt/fcn/serving/
# PYTHONSAFEPATH keeps Python from importing files in /data, the working directory.
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/opt/fcn \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1
WORKDIR /data
USER 65532:65532
# The build fails if the client cannot be imported, with the libraries of both protocols.
RUN --mount=type=tmpfs,target=/tmp python -m serving predict --help \
    && python -c 'import serving.client.over_grpc.wire, serving.client.over_rest.wire, serving.request_log.hourly_files'
ARG REVISION=unknown
LABEL org.opencontainers.image.title="fcn-client" \
    org.opencontainers.image.description="Sends images to a served model over gRPC or REST" \
    org.opencontainers.image.revision="${REVISION}"
ENTRYPOINT ["python", "-m", "serving"]
CMD ["--help"]
