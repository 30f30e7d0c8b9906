"""Cron expressions: five fields for people, six for the controller of Kubeflow Pipelines."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter

from pipeline.kubeflow.schedule import cron

UTC = ZoneInfo("UTC")
NOON = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)  # A Saturday.


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        pytest.param("0 2 * * *", "0 0 2 * * *", id="every-night"),
        pytest.param("  0  2 * * * ", "0 0 2 * * *", id="spaces"),
        pytest.param("*/15 * * * *", "0 0,15,30,45 * * * *", id="steps"),
        pytest.param("30 6 * * 1-5", "0 30 6 * * 1,2,3,4,5", id="weekdays"),
        pytest.param("30 6 * * MON-WED", "0 30 6 * * 1,2,3", id="names-of-days"),
        pytest.param("0 0 1 jan,jul *", "0 0 0 1 1,7 *", id="names-of-months"),
        pytest.param("0 2 * * 7", "0 0 2 * * 0", id="sunday-as-seven"),
        pytest.param("0 2 * * 5-7", "0 0 2 * * 0,5,6", id="range-over-the-weekend"),
        pytest.param("0 22-2 * * *", "0 0 0,1,2,22,23 * * *", id="range-over-midnight"),
        pytest.param("0 2-2 * * fri-5", "0 0 2 * * 5", id="range-of-one"),
        pytest.param("0 2 ? * 1", "0 0 2 * * 1", id="question-mark"),
        pytest.param("0 2 13 * mon,*", "0 0 2 13 * *", id="star-in-a-list"),
        pytest.param("0 2 1-3,*/9 * 5", "0 0 2 1,2,3,10,19,28 * 5", id="star-with-step-and-day"),
        pytest.param("@daily", "0 0 0 * * *", id="daily"),
        pytest.param("@Weekly", "0 0 0 * * 0", id="weekly"),
    ],
)
def test_five_fields_become_the_six_of_the_cluster(written, sent):
    assert cron.add_seconds(written) == sent


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("0 2 13 * 5", id="day-of-month-or-week"),
        pytest.param("0 2 1-31 * 1", id="all-days-of-the-month-or-mondays"),
        pytest.param("0 2 1 * 0-6", id="first-of-the-month-or-all-days-of-the-week"),
        pytest.param("0 2 */9 * 5", id="star-with-step-or-day-of-week"),
        pytest.param("0 2 */10 * */4", id="two-stars-with-steps"),
        pytest.param("0 2 31 * *", id="months-with-31-days"),
        pytest.param("0 2 29 2 *", id="leap-day"),
        pytest.param("0 2 * 3-11/4 sun", id="sundays-of-some-months"),
        pytest.param("0 2 ? * 5-7", id="weekends"),
    ],
)
def test_the_controller_runs_on_the_days_of_the_expression_as_written(written):
    sent = cron.add_seconds(written)

    assert [day for day in DAYS_OF_2028 if controller_runs(sent, day)] == [
        day for day in DAYS_OF_2028 if croniter.match(written, at_two(day))
    ]


DAYS_OF_2028 = [date(2028, 1, 1) + timedelta(days=n) for n in range(366)]


def at_two(day):
    return datetime(day.year, day.month, day.day, 2)


def controller_runs(expression, day):
    """Whether robfig/cron 1.2 runs on a day: `dayMatches` in its spec.go."""
    *_, of_month, months, of_week = expression.split()

    def allows(field, number):
        return field == "*" or str(number) in field.split(",")

    matches = allows(of_month, day.day), allows(of_week, day.isoweekday() % 7)
    either = any if "*" not in (of_month, of_week) else all
    return allows(months, day.month) and either(matches)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param("0 2 * *", "4 fields", id="four-fields"),
        pytest.param("0 0 2 * * *", "6 fields", id="six-fields"),
        pytest.param("", "write five", id="nothing"),
        pytest.param("61 2 * * *", "'61' is not a valid minute", id="minute-61"),
        pytest.param("0 24 * * *", "'24' is not a valid hour", id="hour-24"),
        pytest.param("0 2 0 * *", "'0' is not a valid day of month", id="day-zero"),
        pytest.param("0 2 * 13 *", "'13' is not a valid month", id="month-13"),
        pytest.param("0 2 * * 8", "'8' is not a valid day of week", id="day-8"),
        pytest.param("0 2 L * *", "'L' is not a valid day of month", id="last-day"),
        pytest.param("0 2 * * 1#2", "'1#2' is not a valid day of week", id="second-monday"),
        pytest.param("0 2 15W * *", "'15W' is not a valid day of month", id="nearest-weekday"),
        pytest.param("H 2 * * *", "'H' is not a valid minute", id="hashed"),
        pytest.param("0 2 * * R", "'R' is not a valid day of week", id="random"),
        pytest.param("*/0 * * * *", "'*/0' is not a valid minute", id="step-of-zero"),
        pytest.param("CRON_TZ=UTC 0 2 * * *", "6 fields", id="time-zone"),
        pytest.param("@reboot", "@daily", id="reboot"),
        pytest.param("0 2 31 2 *", "never runs", id="february-31"),
        pytest.param("two o'clock every day sharp", "'two' is not a valid minute", id="words"),
    ],
)
def test_an_expression_that_the_cluster_cannot_read_is_refused(written, message):
    with pytest.raises(ValueError, match=r"fields|is not a|never") as error:
        cron.add_seconds(written)

    assert message in str(error.value)


def test_the_next_times_are_those_of_the_expression_that_is_sent():
    found = cron.find_times("0 30 6 * * 1,2,3,4,5", UTC, after=NOON)

    assert [f"{time:%a %d %H:%M}" for time in found] == [
        "Mon 23 06:30",
        "Tue 24 06:30",
        "Wed 25 06:30",
    ]


def test_the_next_times_are_in_the_zone_of_the_controller():
    found = cron.find_times("0 0 2 * * *", ZoneInfo("Europe/Berlin"), after=NOON, count=1)

    assert found == [datetime(2026, 11, 22, 1, tzinfo=timezone.utc)]


def test_an_unreadable_expression_has_no_next_times():
    assert cron.find_times("@every 1h", UTC) == []


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("0 0 2 * * *", "0 2 * * *"),
        ("30 0 2 * * *", "30 0 2 * * *"),
        ("@every 1h", "@every 1h"),
        ("0 2 * * *", "0 2 * * *"),
    ],
)
def test_only_seconds_of_zero_are_hidden(expression, shown):
    assert cron.drop_seconds(expression) == shown
