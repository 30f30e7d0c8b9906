"""The images, by their Dockerfiles: no container engine is needed to see what they hold."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.fakes import dockerfile

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "k8s" / "docker"
DIGEST = "sha256:" + "0123456789abcdef" * 4
GOOD = f"FROM python:3.13@{DIGEST}\nUSER 65532:65532\n"
BUILT_HERE = ["pipeline", "client"]  # From this tree; Dataflow's is made of two other images.


@pytest.fixture(params=[*BUILT_HERE, "dataflow"])
def file(request):
    return FOLDER / f"{request.param}.Dockerfile"


@pytest.fixture
def instructions(file):
    return dockerfile.read(file.read_text("utf-8"))


def read(name):
    return dockerfile.read((FOLDER / f"{name}.Dockerfile").read_text("utf-8"))


def of_image(keyword, name):
    """The values of an instruction in an image's last stage."""
    return [i.value for i in dockerfile.last_stage(read(name)) if i.keyword == keyword]


def default(argument, name):
    """What a Dockerfile takes for an argument that is not given."""
    (found,) = [i for i in read(name) if i.keyword == "ARG" and argument in i.assigned]
    return found.assigned[argument]


def locked(name):
    """The versions in a lock, by name."""
    text = (ROOT / "requirements" / name).read_text("utf-8")
    pins = [Requirement(line.rstrip(" \\")) for line in re.findall(r"^[a-z].*==.*$", text, re.M)]
    return {canonicalize_name(pin.name): str(pin.specifier) for pin in pins}


def test_hadolint_finds_nothing_but_root_in_dataflows_image(file):
    root = {"DL3002"} if file.name == "dataflow.Dockerfile" else set()

    assert dockerfile.hadolint(file) == root


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        pytest.param("USER root", "DL3002", id="root"),
        pytest.param("RUN cd /tmp", "DL3003", id="cd"),
        pytest.param("FROM debian", "DL3006", id="no-tag"),
        pytest.param("FROM debian:latest", "DL3007", id="latest"),
        pytest.param("RUN apt-get install -y --no-install-recommends g++", "DL3008", id="apt-pin"),
        pytest.param("RUN apt-get update", "DL3009", id="apt-lists"),
        pytest.param("RUN apt-get install -y g++=4:14.*", "DL3015", id="apt-recommends"),
        pytest.param("RUN pip install --no-cache-dir httpx", "DL3013", id="pip-pin"),
        pytest.param("RUN pip install httpx==0.28.1", "DL3042", id="pip-cache"),
        pytest.param("ADD setup.py /src/", "DL3020", id="add"),
        pytest.param("CMD fcn --help", "DL3025", id="shell-form"),
        pytest.param("COPY setup.py src/", "DL3045", id="relative"),
        pytest.param("MAINTAINER me", "DL4000", id="maintainer"),
        pytest.param("RUN cat /a | sort", "DL4006", id="pipe"),
        pytest.param("RUN echo $UNQUOTED", "SC2086", id="shell"),
    ],
)
def test_hadolint_would_find_a_broken_rule(tmp_path, line, rule):
    bad = tmp_path / "Dockerfile"
    bad.write_text(f"{GOOD}{line}\n", "utf-8")

    assert rule in dockerfile.hadolint(bad)


def test_a_base_is_a_stage_or_pinned_by_a_digest_that_the_builder_must_give(instructions):
    assert dockerfile.unpinned_bases(instructions) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("FROM python:3.13", id="tag"),
        pytest.param("FROM python@sha256:0123", id="short-digest"),
        pytest.param("FROM python@${BASE_DIGEST}", id="no-argument"),
        pytest.param(
            f"ARG BASE_DIGEST={DIGEST}\nFROM python@${{BASE_DIGEST}}", id="argument-with-default"
        ),
        pytest.param(f"{GOOD}FROM builder", id="no-such-stage"),
    ],
)
def test_any_other_base_is_found(text):
    assert dockerfile.unpinned_bases(dockerfile.read(text))


@pytest.mark.parametrize("name", BUILT_HERE)
def test_the_user_is_a_number_and_not_root(name):
    assert dockerfile.privileged_user(read(name)) == []


@pytest.mark.parametrize("user", ["", "USER root", "USER 0:0", "USER fcn", "USER 1000\nUSER 0"])
def test_any_other_user_is_found(user):
    text = f"{GOOD}FROM python@{DIGEST}\n{user}\n"

    assert dockerfile.privileged_user(dockerfile.read(text))


def test_no_secret_is_an_argument_or_a_variable(instructions):
    assert dockerfile.planted_secrets(instructions) == []


@pytest.mark.parametrize(
    "line",
    [
        "ARG PYPI_TOKEN",
        "ENV A=1 \\\n    AWS_SECRET_ACCESS_KEY=x",
        "ENV FCN_WEBHOOK_URL=x",
        "ENV UV_INDEX_URL=https://me:word@example.com/simple",
        "RUN pip install --index-url https://me:word@example.com/simple x",
    ],
)
def test_a_planted_secret_is_found(line):
    assert dockerfile.planted_secrets(dockerfile.read(GOOD + line))


def test_every_package_is_installed_by_its_hash_and_nothing_is_fetched_otherwise(instructions):
    assert dockerfile.unhashed_installs(instructions) == []
    assert dockerfile.fetches(instructions) == []


@pytest.mark.parametrize(
    "command",
    [
        pytest.param("uv pip sync a.lock", id="no-hashes"),
        pytest.param("uv pip sync --require-hashes a.lock", id="builds-with-anything"),
        pytest.param("uv pip install --no-deps .", id="builds-with-anything-newer"),
    ],
)
def test_an_install_without_hashes_is_found(command):
    good = "RUN pip install --require-hashes --only-binary :all: -r b.lock"

    found = dockerfile.unhashed_installs(dockerfile.read(f"{GOOD}RUN true && {command}\n{good}"))

    assert found == [command]


@pytest.mark.parametrize("line", ["RUN curl -sSf x | sh", "ADD https://example.com/a /a"])
def test_a_download_is_found(line):
    assert dockerfile.fetches(dockerfile.read(GOOD + line))


@pytest.mark.parametrize("name", BUILT_HERE)
def test_every_path_that_is_copied_exists_and_reaches_the_builder(name):
    ignore = (FOLDER / f"{name}.Dockerfile.dockerignore").read_text("utf-8")

    assert dockerfile.copied(read(name))
    assert dockerfile.missing_copies(read(name), ROOT, ignore) == []


@pytest.mark.parametrize("path", [".", "*.py", "../serving", "absent.py", "docs"])
def test_a_path_that_does_not_reach_the_builder_is_found(path):
    text = dockerfile.read(f"{GOOD}COPY {path} /src/")

    assert dockerfile.missing_copies(text, ROOT, "*\n!serving\n!setup.py") == [path]


@pytest.mark.parametrize("name", BUILT_HERE)
@pytest.mark.parametrize(
    "path",
    [".git/config", ".env", "tests/fakes/tiny.py", "serving/__pycache__/a.pyc", "serving/.env"],
)
def test_what_is_no_part_of_the_image_does_not_reach_the_builder(name, path):
    ignore = (FOLDER / f"{name}.Dockerfile.dockerignore").read_text("utf-8")

    assert dockerfile.ignored(path, ignore)
    assert not dockerfile.ignored("serving/commands.py", ignore)


def test_the_pipelines_image_has_all_packages_and_the_clients_has_serving_alone():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "tools"}

    assert packages <= set(dockerfile.copied(read("pipeline")))
    assert packages & set(dockerfile.copied(read("client"))) == {"serving"}


def test_the_pipelines_image_writes_below_tmp_only_and_finds_its_python_on_the_path():
    variables = dockerfile.environment(read("pipeline"))

    places = ("HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR", "KERAS_HOME")
    assert all(Path(variables[name]).is_relative_to("/tmp") for name in places)
    assert variables["PATH"].startswith("/opt/venv/bin:")
    assert variables["PYTHONDONTWRITEBYTECODE"] == variables["PYTHONUNBUFFERED"] == "1"
    assert "NVIDIA_VISIBLE_DEVICES" not in variables  # Else every pod of a node has all its GPUs.


def test_what_the_build_tries_as_the_user_leaves_no_folder_of_theirs(instructions):
    tried = [i.value for i in dockerfile.last_stage(instructions) if i.keyword == "RUN"]

    assert tried
    assert all(value.startswith("--mount=type=tmpfs,target=/tmp ") for value in tried)


def test_the_pipelines_image_has_no_entrypoint_and_the_clients_asks():
    assert of_image("ENTRYPOINT", "pipeline") == []
    assert of_image("ENTRYPOINT", "client") == ['["python", "-m", "serving"]']


def test_dataflows_image_is_the_steps_with_beams_boot_for_entry():
    assert of_image("FROM", "dataflow") == ["${STEPS}@${STEPS_DIGEST}"]
    assert of_image("COPY", "dataflow") == ["--from=beam /opt/apache/beam /opt/apache/beam"]
    assert of_image("ENTRYPOINT", "dataflow") == ['["/opt/apache/beam/boot"]']


def test_dataflows_boot_is_of_the_beam_and_the_python_of_the_steps():
    beam = locked("gpu.lock")["apache-beam"].removeprefix("==")
    python = re.search(r"/python:(\d+\.\d+)-", default("BASE", "pipeline"))[1]

    assert default("BEAM", "dataflow") == f"docker.io/apache/beam_python{python}_sdk:{beam}"


def test_dataflows_boot_finds_the_steps_packages_and_pip():
    variable = "RUN_PYTHON_SDK_IN_DEFAULT_ENVIRONMENT"
    (tried,) = of_image("RUN", "dataflow")
    assert dockerfile.environment(read("dataflow")) == {variable: "1"}
    assert tried.endswith("python -m ensurepip && python -m pip show apache-beam")


def test_the_locks_of_the_images_have_the_versions_that_the_tests_run_with():
    tested, gpu, client = map(locked, ("py311-313.lock", "gpu.lock", "client.lock"))

    cuda = {name for name in gpu if name.startswith("nvidia-")}
    assert {"nvidia-cudnn-cu12", "nvidia-cublas-cu12"} <= cuda
    assert {"tfx", "tensorflow", "kfp", "kfp-kubernetes", "setuptools"} <= gpu.keys()
    assert {name: gpu[name] for name in gpu.keys() - cuda if gpu[name] != tested.get(name)} == {}
    assert {name: client[name] for name in client if client[name] != tested.get(name)} == {}


@pytest.mark.parametrize("lock", ["gpu.lock", "client.lock"])
def test_every_pin_has_a_hash_and_no_address(lock):
    text = (ROOT / "requirements" / lock).read_text("utf-8")

    assert re.search(r"^[a-z]", text, re.M)
    assert all(pin.endswith("\\") for pin in re.findall(r"^[a-z].*$", text, re.M))
    assert not re.search(r"https?://|file:|--index|--find-links", text)
