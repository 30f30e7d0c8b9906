"""Only one run at a time uses a working directory."""

import pytest

from components.errors import DataError
from pipeline.local import run


def test_a_second_run_in_the_same_folder_is_refused(tmp_path):
    with (
        run.lock_workdir(str(tmp_path)),
        pytest.raises(DataError, match=str(tmp_path)),
        run.lock_workdir(str(tmp_path)),
    ):
        raise AssertionError("Both have the lock.")


def test_the_folder_is_free_again_after_a_run(tmp_path):
    for _ in range(2):
        with run.lock_workdir(str(tmp_path)):
            assert (tmp_path / "lock").is_file()
