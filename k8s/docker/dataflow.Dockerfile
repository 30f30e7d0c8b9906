# The image of Dataflow's workers: the steps' own, and what Dataflow starts in it.
#
#   repository=europe-docker.pkg.dev/PROJECT/fcn
#   of() { docker buildx imagetools inspect "$1" | awk '/^Digest:/ {print $2}'; }
#   docker build --platform linux/amd64 \
#       --build-arg STEPS="$repository/pipeline:0.1.0" \
#       --build-arg STEPS_DIGEST="$(of "$repository/pipeline:0.1.0")" \
#       --build-arg BEAM_DIGEST="$(of docker.io/apache/beam_python3.13_sdk:2.77.0)" \
#       --tag "$repository/dataflow:0.1.0" - <k8s/docker/dataflow.Dockerfile
#
# Nothing but these two images goes into it, so it needs no context. Beam's version is that of
# requirements/gpu.lock: boot and the Python side are made for one another.
ARG BEAM=docker.io/apache/beam_python3.13_sdk:2.77.0
ARG BEAM_DIGEST
ARG STEPS
ARG STEPS_DIGEST

FROM ${BEAM}@${BEAM_DIGEST} AS beam

FROM ${STEPS}@${STEPS_DIGEST}
COPY --from=beam /opt/apache/beam /opt/apache/beam
# Without it, boot makes an environment of its own for each worker, which has none of ours.
ENV RUN_PYTHON_SDK_IN_DEFAULT_ENVIRONMENT=1
# As Beam's own image: boot ends at once for a user id without a name, and the folder that Dataflow
# mounts for it is root's.
USER 0:0
# Boot asks pip whether Beam is there, and uv makes environments without pip. Python brings its own.
RUN --mount=type=tmpfs,target=/tmp python -m ensurepip && python -m pip show apache-beam
LABEL org.opencontainers.image.title="fcn-dataflow" \
    org.opencontainers.image.description="Workers of Dataflow for the steps of fcn-pipeline"
ENTRYPOINT ["/opt/apache/beam/boot"]
