"""TFX components: artifacts in, one plain call, artifacts out."""


def __getattr__(name: str) -> type:
    """Kubeflow's compiler finds artifact types as `components.<Type>`; importing TFX takes time."""
    if name == "Rejects":
        from components.artifacts import Rejects

        return Rejects
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
