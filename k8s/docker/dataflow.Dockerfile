# The image of Dataflow's workers: the steps' image, plus Beam's boot program, which Dataflow starts.
#
#   repository=europe-docker.pkg.dev/PROJECT/fcn
#   of() { docker buildx imagetools inspect "$1" | awk '/^Digest:/ {print $2}'; }
#   docker build --platform linux/amd64 \
#       --build-arg STEPS="$repository/pipeline:0.1.0" \
#       --build-arg STEPS_DIGEST="$(of "$repository/pipeline:0.1.0")" \
#       --build-arg BEAM_DIGEST="$(of docker.io/apache/beam_python3.13_sdk:2.77.0)" \
#       --tag "$repository/dataflow:0.1.0" - <k8s/docker/dataflow.Dockerfile
#
# It is built from these two images only, so it needs no build context. Beam's version must be that of
# requirements/gpu.lock, because boot and Beam for Python must match.
ARG BEAM=docker.io/apache/beam_python3.13_sdk:2.77.0
ARG BEAM_DIGEST
ARG STEPS
ARG STEPS_DIGEST

FROM ${BEAM}@${BEAM_DIGEST} AS beam

FROM ${STEPS}@${STEPS_DIGEST}
COPY --from=beam /opt/apache/beam /opt/apache/beam
# Otherwise boot makes a new environment for each worker, without the packages of the steps.
ENV RUN_PYTHON_SDK_IN_DEFAULT_ENVIRONMENT=1
# Root, as in Beam's own image: boot ends at once if the user ID has no name, and the folder that Dataflow
# mounts for it belongs to root.
USER 0:0
# Boot checks with pip that Beam is installed, and uv makes environments without pip. Python includes pip.
RUN --mount=type=tmpfs,target=/tmp python -m ensurepip && python -m pip show apache-beam
LABEL org.opencontainers.image.title="fcn-dataflow" \
    org.opencontainers.image.description="Workers of Dataflow for the steps of fcn-pipeline"
ENTRYPOINT ["/opt/apache/beam/boot"]
