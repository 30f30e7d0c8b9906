"""The metadata of the last local run."""

import pytest

from pipeline import outputs


def test_a_folder_in_which_nothing_ran_says_how_to_start(tmp_path):
    with pytest.raises(FileNotFoundError, match="fcn run"):
        outputs.last_run(str(tmp_path))
