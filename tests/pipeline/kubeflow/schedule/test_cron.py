"""Cron as people write it, and as the controller of Kubeflow Pipelines reads it."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest

from pipeline.kubeflow.schedule import cron

UTC = ZoneInfo("UTC")
NOON = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)  # A Saturday.


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        pytest.param("0 2 * * *", "0 0 2 * * *", id="every-night"),
        pytest.param("  0  2 * * * ", "0 0 2 * * *", id="spaces"),
        pytest.param("*/15 * * * *", "0 */15 * * * *", id="steps"),
        pytest.param("30 6 * * 1-5", "0 30 6 * * 1-5", id="weekdays"),
        pytest.param("30 6 * * MON-FRI", "0 30 6 * * 1-5", id="names-of-days"),
        pytest.param("0 0 1 jan,jul *", "0 0 0 1 1,7 *", id="names-of-months"),
        pytest.param("0 2 * * 7", "0 0 2 * * 0", id="sunday-as-seven"),
        pytest.param("0 2 * * 5-7", "0 0 2 * * 0,5-6", id="range-over-the-weekend"),
        pytest.param("0 22-2 * * *", "0 0 0-2,22-23 * * *", id="range-over-midnight"),
        pytest.param("0 2-2 * * fri-5", "0 0 2 * * 5", id="range-of-one"),
        pytest.param("0 2 ? * 1", "0 0 2 * * 1", id="question-mark"),
        pytest.param("0 2 13 * 5", "0 0 2 13 * 5", id="day-of-month-or-week"),
        pytest.param("0 2 1-7,*/9 * 5", "0 0 2 1-7,10,19,28 * 5", id="star-with-step-and-day"),
        pytest.param("@daily", "0 0 0 * * *", id="daily"),
        pytest.param("@Weekly", "0 0 0 * * 0", id="weekly"),
    ],
)
def test_five_fields_become_the_six_of_the_cluster(written, sent):
    assert cron.six_fields(written) == sent


@pytest.mark.parametrize(
    ("written", "said"),
    [
        pytest.param("0 2 * *", "4 fields", id="four-fields"),
        pytest.param("0 0 2 * * *", "6 fields", id="six-fields"),
        pytest.param("", "five", id="nothing"),
        pytest.param("61 2 * * *", "'61' is no minute", id="minute-61"),
        pytest.param("0 24 * * *", "'24' is no hour", id="hour-24"),
        pytest.param("0 2 0 * *", "'0' is no day of month", id="day-zero"),
        pytest.param("0 2 * 13 *", "'13' is no month", id="month-13"),
        pytest.param("0 2 * * 8", "'8' is no day of week", id="day-8"),
        pytest.param("0 2 L * *", "'L' is no day of month", id="last-day"),
        pytest.param("0 2 * * 1#2", "'1#2' is no day of week", id="second-monday"),
        pytest.param("0 2 15W * *", "'15W' is no day of month", id="nearest-weekday"),
        pytest.param("H 2 * * *", "'H' is no minute", id="hashed"),
        pytest.param("0 2 * * R", "'R' is no day of week", id="random"),
        pytest.param("*/0 * * * *", "'*/0' is no minute", id="step-of-zero"),
        pytest.param("CRON_TZ=UTC 0 2 * * *", "6 fields", id="time-zone"),
        pytest.param("@reboot", "@daily", id="reboot"),
        pytest.param("0 2 31 2 *", "never comes", id="february-31"),
        pytest.param("two o'clock every day sharp", "'two' is no minute", id="words"),
    ],
)
def test_what_the_cluster_cannot_read_is_refused_by_name(written, said):
    with pytest.raises(ValueError, match=r"fields|is no|never") as error:
        cron.six_fields(written)

    assert said in str(error.value)


def test_the_next_times_are_those_of_what_is_sent():
    found = cron.times("0 30 6 * * 1-5", UTC, after=NOON)

    assert [f"{time:%a %d %H:%M}" for time in found] == [
        "Mon 23 06:30",
        "Tue 24 06:30",
        "Wed 25 06:30",
    ]


def test_the_next_times_are_in_the_zone_of_the_controller():
    found = cron.times("0 0 2 * * *", ZoneInfo("Europe/Berlin"), after=NOON, count=1)

    assert found == [datetime(2026, 11, 22, 1, tzinfo=timezone.utc)]


def test_a_day_of_month_and_a_day_of_week_are_both_taken():
    found = cron.times(cron.six_fields("0 2 1 * 1"), UTC, after=NOON, count=3)

    assert [f"{time:%a %d}" for time in found] == ["Mon 23", "Mon 30", "Tue 01"]


def test_an_expression_of_somebody_else_has_no_times_where_it_cannot_be_read():
    assert cron.times("@every 1h", UTC) == []


def test_the_seconds_are_not_shown():
    assert cron.five_fields("0 0 2 * * *") == "0 2 * * *"


@pytest.mark.parametrize("text", ["30 0 2 * * *", "@every 1h", "0 2 * * *"])
def test_what_has_no_five_fields_is_shown_as_it_is(text):
    assert cron.five_fields(text) == text
