"""The entry of `fcn` and of `python -m pipeline`: large pages of memory, then the command.

A step of training allocates maps of 100 MB and more, and frees them. In pages of 4 KiB, the kernel
maps each of them anew, which takes longer than many an operation on them (docs/results.md).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

TUNABLES = "GLIBC_TUNABLES"
LARGE_PAGES = "glibc.malloc.hugetlb"  # 1: madvise; see the GNU C Library's manual, 43.3.
SINCE = (2, 35)  # Of glibc.


def main() -> None:
    """Runs the command of this process's arguments."""
    if tunables := choose_tunables(os.environ, os.confstr("CS_GNU_LIBC_VERSION")):
        # glibc reads it when a program starts. The process keeps its number, its files and its
        # signals; what it starts gets the same pages.
        os.environ[TUNABLES] = tunables
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    from pipeline.cli.app import main

    main()


def choose_tunables(environment: Mapping[str, str], libc: str | None) -> str:
    """The value of GLIBC_TUNABLES to start again with; empty if it is chosen or not known."""
    name, _, version = (libc or "").partition(" ")
    chosen = environment.get(TUNABLES, "")
    if name != "glibc" or tuple(map(int, version.split("."))) < SINCE or LARGE_PAGES in chosen:
        return ""
    return ":".join(filter(None, (chosen, f"{LARGE_PAGES}=1")))
