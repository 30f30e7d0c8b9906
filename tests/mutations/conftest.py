"""How many files are damaged: some in `make test`, five thousand in `make test-mutations`."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def mutations(request):
    return request.config.getoption("--mutations")


@pytest.fixture(scope="session")
def seed(request):
    return request.config.getoption("--seed")
