"""Following a run: each change once, to the end."""

from types import SimpleNamespace as Run

import pytest

from pipeline.kubeflow.schedule.errors import RejectedError, UnreachableError
from pipeline.kubeflow.schedule.follow import watch_changes


def run(state, *, message="", **tasks):
    details = [
        Run(task_id=name, display_name=name.replace("_", "-"), state=value, error=None)
        for name, value in tasks.items()
    ]
    error = Run(message=message) if message else None
    return Run(state=state, run_details=Run(task_details=details), error=error)


def follow(*answers, patience=5.0):
    """The changes of a run with these answers, one after the other."""
    left = list(answers)

    def ask():
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    changes = watch_changes(ask, every=0.001, patience=patience)
    return [(change.task, change.state) for change in changes]


def test_each_change_is_reported_once_and_the_end_of_the_run_last():
    answers = [
        run("PENDING"),
        run("RUNNING", Trainer="RUNNING"),
        run("RUNNING", Trainer="RUNNING"),
        run("SUCCEEDED", Trainer="SUCCEEDED"),
    ]

    assert follow(*answers) == [
        ("", "PENDING"),
        ("Trainer", "RUNNING"),
        ("", "RUNNING"),
        ("Trainer", "SUCCEEDED"),
        ("", "SUCCEEDED"),
    ]


@pytest.mark.parametrize("state", ["SUCCEEDED", "FAILED", "CANCELED", "SKIPPED"])
def test_every_final_state_ends_it(state):
    assert follow(run(state)) == [("", state)]


def test_the_pods_of_a_task_are_reported_only_if_they_fail():
    answers = [
        run("RUNNING", Trainer_driver="RUNNING", executor="RUNNING"),
        run("FAILED", Trainer_driver="FAILED", executor="SUCCEEDED"),
    ]

    assert follow(*answers) == [("", "RUNNING"), ("Trainer-driver", "FAILED"), ("", "FAILED")]


def test_a_server_that_does_not_answer_is_asked_again():
    assert follow(UnreachableError("away"), run("SUCCEEDED")) == [("", "SUCCEEDED")]


def test_a_server_that_never_answers_ends_it():
    with pytest.raises(UnreachableError, match="away"):
        follow(*[UnreachableError("away")] * 9, patience=0.0)


def test_a_server_that_refuses_is_not_asked_again():
    with pytest.raises(RejectedError):
        follow(RejectedError("no"), run("SUCCEEDED"))


def test_a_run_without_a_state_is_waited_for():
    nothing = Run(state=None, run_details=None, error=None)

    assert follow(nothing, run("SUCCEEDED")) == [("", "SUCCEEDED")]


def test_the_reason_of_a_failure_is_reported():
    changes = watch_changes(lambda: run("FAILED", message=" out of memory "), every=1)

    assert [change.reason for change in changes] == ["out of memory"]
