"""The folder of a cluster on this machine."""

from __future__ import annotations

import pytest

from pipeline.flink import cluster
from pipeline.flink.errors import ClusterError


def test_the_folder_of_a_cluster_that_failed_is_kept():
    with pytest.raises(ClusterError), cluster.make_temporary_folder() as folder:
        raise ClusterError

    assert folder.is_dir()
    folder.rmdir()


@pytest.mark.parametrize("end", [KeyboardInterrupt, ValueError])
def test_otherwise_the_folder_is_removed(end):
    with pytest.raises(end), cluster.make_temporary_folder() as folder:
        raise end

    assert not folder.exists()
