"""Tests of the Dockerfiles that need no container engine."""

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.k8s import dockerfile

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "k8s" / "docker"
BUILT_HERE = ["pipeline", "client"]  # From this tree; Dataflow's is built from two other images.
SECRET = re.compile(r"token|passw|secret|credential|webhook|api_?key|access_?key", re.I)
LOGIN_IN_URL = re.compile(r"://[^/\s]+@")
DOWNLOAD = re.compile(r"\b(curl|wget|git|ssh)\s|https?://")
# Build dependencies need hashes too, from a lock or from an earlier install.
HASHED = (
    {"--require-hashes", "--only-binary"},
    {"--require-hashes", "--build-constraints"},
    {"--no-deps", "--no-build-isolation"},
)


@pytest.fixture(params=[*BUILT_HERE, "dataflow"])
def file(request):
    return FOLDER / f"{request.param}.Dockerfile"


@pytest.fixture
def instructions(file):
    return dockerfile.read(file.read_text("utf-8"))


def read(name):
    return dockerfile.read((FOLDER / f"{name}.Dockerfile").read_text("utf-8"))


def read_values(keyword, name):
    """The values of an instruction in an image's last stage."""
    return [i.value for i in dockerfile.last_stage(read(name)) if i.keyword == keyword]


def read_default(argument, name):
    """The default of a Dockerfile's build argument."""
    (instruction,) = [i for i in read(name) if i.keyword == "ARG" and argument in i.assigned]
    return instruction.assigned[argument]


def read_lock(name):
    """The version of each package in a lock."""
    text = (ROOT / "requirements" / name).read_text("utf-8")
    pins = [Requirement(line.rstrip(" \\")) for line in re.findall(r"^[a-z].*==.*$", text, re.M)]
    return {canonicalize_name(pin.name): str(pin.specifier) for pin in pins}


def test_hadolint_finds_only_root_in_the_dataflow_image(file):
    root = {"DL3002"} if file.name == "dataflow.Dockerfile" else set()

    assert dockerfile.hadolint(file) == root


def test_every_base_image_needs_a_digest_argument(instructions):
    required = {i.value for i in instructions if i.keyword == "ARG" and "=" not in i.value}

    bases = [i.words[0] for i in instructions if i.keyword == "FROM"]
    assert all(re.fullmatch(r"\$\{\w+\}@\$\{\w+_DIGEST\}", base) for base in bases)
    assert {base.partition("@")[2][2:-1] for base in bases} <= required


@pytest.mark.parametrize("name", BUILT_HERE)
def test_the_user_is_a_number_and_not_root(name):
    assert re.fullmatch(r"[1-9]\d*(:\d+)?", read_values("USER", name)[-1])


def test_no_argument_variable_or_label_is_a_secret(instructions):
    named = [i for i in instructions if i.keyword in ("ARG", "ENV", "LABEL")]

    names = [name for i in named for name in i.assigned]
    assert names
    assert not [name for name in names if SECRET.search(name)]
    assert not [i.value for i in instructions if LOGIN_IN_URL.search(i.value)]


@pytest.mark.parametrize("name", BUILT_HERE)
def test_every_package_is_installed_by_its_hash(name):
    commands = dockerfile.commands(read(name))

    installs = [c for c in commands if re.search(r"\bpip (install|sync)\b", c)]
    assert installs
    assert not [c for c in installs if not any(options <= set(c.split()) for options in HASHED)]


def test_only_packages_are_downloaded(instructions):
    values = [i.value for i in instructions if i.keyword in ("RUN", "ADD")]

    assert not [value for value in values if DOWNLOAD.search(value)]


@pytest.mark.parametrize("name", BUILT_HERE)
def test_copied_paths_have_no_wildcards_exist_and_reach_the_builder(name):
    ignore = (FOLDER / f"{name}.Dockerfile.dockerignore").read_text("utf-8")
    paths = dockerfile.copied(read(name))

    assert paths
    assert not [path for path in paths if re.search(r"[*?\[]|^\.?/|^\.$|\.\.", path)]
    assert not [path for path in paths if not (ROOT / path).exists()]
    assert not [path for path in paths if dockerfile.ignored(path, ignore)]


@pytest.mark.parametrize("name", BUILT_HERE)
@pytest.mark.parametrize(
    "path",
    [".git/config", ".env", "tests/fakes/tiny.py", "serving/__pycache__/a.pyc", "serving/.env"],
)
def test_files_outside_the_image_do_not_reach_the_builder(name, path):
    ignore = (FOLDER / f"{name}.Dockerfile.dockerignore").read_text("utf-8")

    assert dockerfile.ignored(path, ignore)
    assert not dockerfile.ignored("serving/commands.py", ignore)


def test_the_pipeline_image_contains_all_packages_and_the_client_image_only_serving():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "tools"}

    assert packages <= set(dockerfile.copied(read("pipeline")))
    assert packages & set(dockerfile.copied(read("client"))) == {"serving"}


def test_the_pipeline_image_has_the_environment_that_its_steps_need():
    variables = dockerfile.environment(read("pipeline"))

    places = ("HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR", "KERAS_HOME")
    assert all(Path(variables[name]).is_relative_to("/tmp") for name in places)
    assert variables["PATH"].startswith("/opt/venv/bin:")
    assert variables["PYTHONDONTWRITEBYTECODE"] == variables["PYTHONUNBUFFERED"] == "1"
    assert variables["TF_ENABLE_ONEDNN_OPTS"] == "1"  # As `fcn run` sets it.
    assert "NVIDIA_VISIBLE_DEVICES" not in variables  # Gives every pod all GPUs of its node.


def test_checks_during_the_build_leave_no_folders_in_tmp(instructions):
    tried = [i.value for i in dockerfile.last_stage(instructions) if i.keyword == "RUN"]

    assert tried
    assert all(value.startswith("--mount=type=tmpfs,target=/tmp ") for value in tried)


def test_only_the_client_image_has_an_entrypoint():
    assert read_values("ENTRYPOINT", "pipeline") == []
    assert read_values("ENTRYPOINT", "client") == ['["python", "-m", "serving"]']


def test_the_dataflow_image_is_the_steps_image_with_beams_boot():
    assert read_values("FROM", "dataflow") == ["${STEPS}@${STEPS_DIGEST}"]
    assert read_values("COPY", "dataflow") == ["--from=beam /opt/apache/beam /opt/apache/beam"]
    assert read_values("ENTRYPOINT", "dataflow") == ['["/opt/apache/beam/boot"]']


def test_dataflows_boot_has_the_beam_and_python_versions_of_the_steps():
    beam = read_lock("gpu.lock")["apache-beam"].removeprefix("==")
    python = re.search(r"/python:(\d+\.\d+)-", read_default("BASE", "pipeline"))[1]

    assert read_default("BEAM", "dataflow") == f"docker.io/apache/beam_python{python}_sdk:{beam}"


def test_dataflows_boot_finds_the_steps_packages_and_pip():
    variable = "RUN_PYTHON_SDK_IN_DEFAULT_ENVIRONMENT"
    (tried,) = read_values("RUN", "dataflow")
    assert dockerfile.environment(read("dataflow")) == {variable: "1"}
    assert tried.endswith("python -m ensurepip && python -m pip show apache-beam")


def test_the_locks_of_the_images_have_the_versions_that_the_tests_run_with():
    tested, gpu, client = map(read_lock, ("py311-313.lock", "gpu.lock", "client.lock"))

    cuda = {name for name in gpu if name.startswith("nvidia-")}
    assert {"nvidia-cudnn-cu12", "nvidia-cublas-cu12"} <= cuda
    assert {"tfx", "tensorflow", "kfp", "kfp-kubernetes", "setuptools"} <= gpu.keys()
    assert {name: gpu[name] for name in gpu.keys() - cuda if gpu[name] != tested.get(name)} == {}
    assert {name: client[name] for name in client if client[name] != tested.get(name)} == {}
