"""oneDNN's kernels for TensorFlow on a CPU.

TensorFlow uses them by default only on processors with instructions for neural networks, such as
AVX-512 VNNI. On another processor, too, our networks trained faster with them: docs/results.md.
"""

from __future__ import annotations

import os

VARIABLE = "TF_ENABLE_ONEDNN_OPTS"


def turn_on() -> None:
    """Sets the variable to 1, unless it is already set. Call it before TensorFlow is imported."""
    os.environ.setdefault(VARIABLE, "1")
