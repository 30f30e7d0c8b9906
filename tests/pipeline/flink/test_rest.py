"""What is read of Flink's answers."""

from __future__ import annotations

from pipeline.flink.rest import Part, part, records_by_task_manager


def test_records_are_counted_by_the_task_manager_that_read_them():
    answer = {
        "status": "FINISHED",
        "taskmanager-id": "b",
        "attempt": 1,
        "metrics": {"read-records": 7},
    }
    parts = [part("Examine", answer), Part("Write", "RUNNING", "a", records=2, attempt=0)]

    assert records_by_task_manager([*parts, parts[0]]) == {"a": 2, "b": 14}
