"""The metadata of the last local run."""

import pytest

from pipeline.local import metadata


def test_a_folder_without_a_run_is_an_error_that_says_how_to_start(tmp_path):
    with pytest.raises(FileNotFoundError, match="fcn run"):
        metadata.read_last_run(str(tmp_path))
