"""oneDNN's kernels for TensorFlow on a CPU.

TensorFlow chooses them by itself only on processors with instructions for neural networks, such as
AVX-512 VNNI. On others, too, most of our networks train faster with them: docs/results.md.
"""

from __future__ import annotations

import os


def turn_on() -> None:
    """Uses them, unless the user's environment decides. Call it before importing TensorFlow."""
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
