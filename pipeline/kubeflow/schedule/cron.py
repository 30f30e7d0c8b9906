"""Cron expressions: people write five fields, Kubeflow Pipelines reads six.

Its controller reads them with robfig/cron 1.2: seconds first, days of the week from 0 to 6, no
ranges such as 22-2, and no prefix for a time zone. The zone is the controller's own.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from croniter import croniter  # type: ignore[import-untyped]

FIELDS = ("minute", "hour", "day of month", "month", "day of week")
RANGES = ("0 to 59", "0 to 23", "1 to 31", "1 to 12 or JAN to DEC", "0 to 6 or SUN to SAT")
ALPHABET = re.compile(r"[0-9*,/?-]+")  # No L, W, # and R: the controller does not know them.
NAMES = ("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually")
YEARS = 5  # How far ahead the controller looks for the next time.


def add_seconds(text: str) -> str:
    """The controller's six fields for a person's five, or for a name such as @daily.

    Each field lists its numbers, or is `*` if it is free: the controller and croniter read such
    fields alike. Raises ValueError for an invalid expression.
    """
    values, _ = croniter.expand(" ".join(read_fields(text)))
    sent = ("*" if "*" in numbers else ",".join(map(str, numbers)) for numbers in values)
    expression = " ".join(["0", *sent])
    if not find_times(expression, ZoneInfo("UTC"), count=1):
        raise ValueError(f"{text!r} never runs: there is no such day in the next {YEARS} years.")
    return expression


def read_fields(text: str) -> list[str]:
    """The five fields, each of them valid; a name such as @daily is one field."""
    name = text.strip().lower()
    if name in NAMES:
        return [name]
    if name.startswith("@"):
        raise ValueError(f"{text!r} is not a schedule: use one of {', '.join(NAMES)}.")
    fields = text.split()
    if len(fields) != len(FIELDS):
        raise ValueError(
            f"{text!r} has {len(fields)} fields: write five, without seconds and time zone: "
            f"{', '.join(FIELDS)}. For example, '0 2 * * *' is every day at two."
        )
    return [read_field(field, place, text) for place, field in enumerate(fields)]


def read_field(field: str, place: int, text: str) -> str:
    """A field with numbers in place of names, and 2 in place of 2-2.

    For croniter, 2-2 is the field's whole range; for cron it is 2.
    """
    numbers = {name: n for name, n in croniter.ALPHACONV[place].items() if isinstance(n, int)}
    plain = re.sub("[a-z]+", lambda name: str(numbers.get(name[0], name[0])), field.lower())
    plain = re.sub(r"\b(\d+)-\1\b(/\d+)?", r"\1", plain)
    alone = ["*"] * len(FIELDS)
    alone[place] = plain
    if not ALPHABET.fullmatch(plain) or not croniter.is_valid(" ".join(alone)):
        raise ValueError(
            f"{text!r}: {field!r} is not a valid {FIELDS[place]} for the cluster: use "
            f"{RANGES[place]}, with , - / or *."
        )
    return plain


def drop_seconds(expression: str) -> str:
    """The controller's expression without its seconds; any other text as it is."""
    seconds, _, rest = expression.partition(" ")
    return rest if seconds == "0" and len(rest.split()) == len(FIELDS) else expression


def find_times(
    expression: str, zone: ZoneInfo, *, after: datetime | None = None, count: int = 3
) -> list[datetime]:
    """The next times of a controller's expression; none if it is invalid or never runs."""
    start = (after or datetime.now(timezone.utc)).astimezone(zone)
    try:
        times = croniter(drop_seconds(expression), start, max_years_between_matches=YEARS)
        return [times.get_next(datetime) for _ in range(count)]
    except ValueError:
        return []
