"""Cron expressions: five fields, as people write them, and the six that Kubeflow Pipelines reads.

Its controller reads them with robfig/cron 1.2: seconds first, days of the week from 0 to 6, no
ranges over the end, and no prefix for a time zone. The zone is the controller's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from croniter import croniter  # type: ignore[import-untyped]

FIELDS = ("minute", "hour", "day of month", "month", "day of week")
DAYS = (2, 4)  # Which of the fields are days: in these a star with a step means more than its days.
LAST = (59, 23, 31, 12, 6)
ALPHABET = re.compile(r"[0-9*,/?-]+")  # No L, W, #: the controller has none.
ITEM = re.compile(r"\*(?:/\d+)?|(\d+)(?:-(\d+))?(?:/\d+)?")
NAMES = ("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually")
YEARS = 5  # How far the controller looks for the next time.


def six_fields(text: str) -> str:
    """The expression as the controller reads it; ValueError says what is wrong with one.

    What it would refuse or read otherwise than croniter (names, Sunday as 7, 22-4) is written out.
    """
    fields = croniter_fields(text)
    values, _ = croniter.expand(" ".join(fields))
    sent = [
        field if reads_alike(field, place) else written_out(values[place])
        for place, field in enumerate(fields)
    ]
    if not times(" ".join(["0", *sent]), ZoneInfo("UTC"), count=1):
        raise ValueError(f"{text!r} never comes: no such day in the next {YEARS} years.")
    return " ".join(["0", *sent])


def croniter_fields(text: str) -> list[str]:
    """The five fields, which croniter has found good."""
    name = text.strip().lower()
    if name.startswith("@") and name not in NAMES:
        raise ValueError(f"{text!r} is no schedule; the names are: {', '.join(NAMES)}.")
    fields = from_name(name) if name.startswith("@") else text.split()
    if len(fields) != len(FIELDS):
        raise ValueError(
            f"{text!r} has {len(fields)} fields, and cron has five, none for seconds or a zone: "
            f"{', '.join(FIELDS)}. For example '0 2 * * *': every day at two."
        )
    plain = [numbered(field, place) for place, field in enumerate(fields)]
    for place, (name, field) in enumerate(zip(FIELDS, plain, strict=True)):
        alone = " ".join(field if one == name else "*" for one in FIELDS)
        if not ALPHABET.fullmatch(field) or not croniter.is_valid(alone):
            raise ValueError(f"{text!r}: {fields[place]!r} is no {name} that the cluster can read.")
    return ["*" if field == "?" else field for field in plain]


def numbered(field: str, place: int) -> str:
    """A field with numbers for names, and for ranges of one, which croniter takes for all."""
    numbers = {name: n for name, n in croniter.ALPHACONV[place].items() if isinstance(n, int)}
    plain = re.sub("[a-z]+", lambda name: str(numbers.get(name[0], name[0])), field.lower())
    return re.sub(r"\b(\d+)-\1\b(/\d+)?", r"\1", plain)


def from_name(name: str) -> list[str]:
    """The five fields of @daily and its like."""
    values, _ = croniter.expand(name)
    return [written_out(found) for found in values]


def reads_alike(field: str, place: int) -> bool:
    """Whether controller and croniter understand the same by a field as it is written."""
    if field == "*":
        return True
    found = [ITEM.fullmatch(item) for item in field.split(",")]
    return all(item and in_order(item, place) for item in found)


def in_order(item: re.Match[str], place: int) -> bool:
    """Whether a part of a field starts before it ends, and ends within the controller's limits."""
    if item[1] is None:
        return place not in DAYS and item[0] != "*"
    return int(item[1]) <= int(item[2] or item[1]) <= LAST[place]


def written_out(values: Sequence[int | str]) -> str:
    """Numbers, runs of them as a range: 1-5,7."""
    if "*" in values:
        return "*"
    numbers = sorted({int(value) for value in values})
    starts = [n for n in numbers if n - 1 not in numbers]
    ends = [n for n in numbers if n + 1 not in numbers]
    pairs = zip(starts, ends, strict=True)
    return ",".join(f"{low}" if low == high else f"{low}-{high}" for low, high in pairs)


def five_fields(text: str) -> str:
    """What a person would have written: the controller's expression without its seconds."""
    seconds, _, rest = text.partition(" ")
    return rest if seconds == "0" and len(rest.split()) == len(FIELDS) else text


def times(
    text: str, zone: ZoneInfo, *, after: datetime | None = None, count: int = 3
) -> list[datetime]:
    """The next times of a controller's expression; none where it cannot be read or never comes."""
    start = (after or datetime.now(timezone.utc)).astimezone(zone)
    try:
        coming = croniter(five_fields(text), start, max_years_between_matches=YEARS)
        return [coming.get_next(datetime) for _ in range(count)]
    except ValueError:
        return []
