"""Small TFX components for tests of the containers' entry point."""

# No `from __future__ import annotations` here: @component needs real types.
import getpass
import time
from pathlib import Path

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types.standard_artifacts import Examples


@component
def Repeat(  # noqa: N802
    examples: InputArtifact[Examples],
    times: Parameter[int],
    repeated: OutputArtifact[Examples],
) -> None:
    """Writes the input's text `times` times, the user that it runs as, and some places."""
    text = Path(examples.uri, "words.txt").read_text()
    Path(repeated.uri, "words.txt").write_text(text * times)
    repeated.set_int_custom_property("times", times)
    repeated.set_string_custom_property("user", getpass.getuser())
    repeated.set_string_custom_property("read", examples.uri)
    repeated.set_string_custom_property("file", f"{examples.uri}/words.txt")
    repeated.set_string_custom_property("neighbour", f"{examples.uri}-other")


@component
def Break(examples: InputArtifact[Examples]) -> None:  # noqa: N802
    """Fails."""
    raise ValueError(f"{examples.uri} breaks.")


class OnBeam(BaseBeamExecutor):
    """Does what Repeat does, and records where its input was."""

    def Do(self, input_dict, output_dict, exec_properties):  # noqa: N802
        """Writes a file."""
        (examples,), (repeated,) = input_dict["examples"], output_dict["repeated"]
        text = Path(examples.uri, "words.txt").read_text()
        Path(repeated.uri, "words.txt").write_text(text * exec_properties["times"])
        repeated.set_string_custom_property("read", examples.uri)
        repeated.set_string_custom_property("sentence", f"It read {examples.uri}.")


class Endless(BaseBeamExecutor):
    """Starts its output, then waits until it is killed."""

    def Do(self, input_dict, output_dict, exec_properties):  # noqa: N802
        """Writes a file and waits."""
        (repeated,) = output_dict["repeated"]
        Path(repeated.uri, "begun").touch()
        time.sleep(600)
