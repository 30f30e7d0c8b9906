"""The terminal shows which component runs and how long it took."""

import io
import logging

from rich.console import Console

from pipeline.local import progress


def test_each_component_gets_a_line_when_it_starts_and_one_when_it_ends():
    console = Console(record=True, file=io.StringIO())

    with progress.show_progress(console, ["Trainer", "Pusher"]):
        logging.getLogger("absl").info("Component %s is running.", "Pusher")
        logging.getLogger("absl").info("Something else.")
        logging.getLogger("absl").info("Component %s is finished.", "Pusher")

    lines = console.export_text().splitlines()
    assert lines[0] == " 2/2 Pusher"
    assert lines[1].strip().startswith("done in 0.")
    assert len(lines) == 2


def test_nothing_is_printed_after_the_run():
    console = Console(record=True, file=io.StringIO())

    with progress.show_progress(console, ["Trainer"]):
        pass
    logging.getLogger("absl").warning("Component %s is running.", "Trainer")

    assert console.export_text() == ""
