"""TFX components, one file for each: artifacts in, one plain call, artifacts out.

Files that several components share are here too. Imports trainer and serving.
"""

ARTIFACTS = ("Doubts", "Rejects", "Report")


def __getattr__(name: str) -> type:
    """Kubeflow's compiler finds artifact types as `components.<Type>`; importing TFX takes time."""
    if name in ARTIFACTS:
        from components import artifacts

        return getattr(artifacts, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
