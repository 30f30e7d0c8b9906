"""The project's own artifact types.

Kubeflow's container finds a type by its TYPE_NAME, which must be `<package>.<Class>`: one dot.
"""

from tfx.types.artifact import Artifact


class Rejects(Artifact):
    """The table of rejects and the summary of ingestion: rejects.csv and summary.json."""

    TYPE_NAME = "components.Rejects"


class Report(Artifact):
    """The page of a run: report.html."""

    TYPE_NAME = "components.Report"


class Doubts(Artifact):
    """The labels to doubt: the page doubts.html, and the list doubts.json."""

    TYPE_NAME = "components.Doubts"
