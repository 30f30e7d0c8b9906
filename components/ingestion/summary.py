"""The result of ingestion: files, examples and rejects of each split, sizes of each class."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from components import atomic_text
from components.ingestion import file_warnings
from components.ingestion.corrections import application
from components.ingestion.corrections.application import Outcomes
from components.ingestion.examination import ExaminedFile
from components.ingestion.image_folder import BY_CONTENT, Listing
from components.ingestion.layouts.left_out import SHOWN
from components.ingestion.near_duplicates import counts as near_duplicates
from components.ingestion.near_duplicates.counts import NearDuplicates
from serving import bit_depth, printable
from serving.terminal import Table
from trainer.class_names import find_similar
from trainer.data.records import SPLITS

FILE_NAME = "summary.json"
ALL = "all"  # The row for all classes together.


@dataclass(frozen=True)
class Sides:
    """The smallest, mean and greatest height, or width, of a group of images, in pixels."""

    least: int
    mean: float
    greatest: int


@dataclass(frozen=True)
class LeftOut:
    """Files or links that are left out, of one kind; or corrections of one outcome."""

    count: int
    first: tuple[str, ...]  # A few paths.


@dataclass(frozen=True)
class Summary:
    """Counts by split: `files[s] == examples[s] + sum(rejects[s].values())` for each split s.

    With what is left out, and the companions, these are all files found.
    """

    files: dict[str, int]
    examples: dict[str, int]
    rejects: dict[str, dict[str, int]]  # Split, reason: count.
    classes: dict[str, dict[str, int]]  # Class, split: examples.
    heights: dict[str, Sides]  # Class, and "all".
    widths: dict[str, Sides]  # Class, and "all".
    left_out: dict[str, LeftOut] = field(default_factory=dict)  # By kind, see layouts/left_out.py.
    companions: int = 0  # Masks, boxes and lists that belong to the images.
    splits_by: str = BY_CONTENT
    val_from_train: int = 0  # Files of val that were taken from train: the data has no val.
    warnings: dict[str, int] = field(default_factory=dict)  # Examples by kind of warning.
    mask_pixels: dict[str, dict[str, int]] = field(default_factory=dict)  # Split, mask's class.
    near_duplicates: NearDuplicates = field(default_factory=NearDuplicates)
    undeclared_bits: int = 0  # Of files that do not declare their depth; 0: there are none.
    similar_labels: list[list[str]] = field(default_factory=list)  # Groups: see find_similar.
    corrections: dict[str, LeftOut] = field(default_factory=dict)  # By outcome, all of them.

    @property
    def found(self) -> int:
        """All files of the folder, and links that were not followed."""
        others = sum(group.count for group in self.left_out.values())
        return sum(self.files.values()) + self.companions + others

    @property
    def reasons(self) -> dict[str, int]:
        """Rejects of all splits by reason."""
        return dict(sum((Counter(counts) for counts in self.rejects.values()), Counter()))


def summarize(
    files: list[ExaminedFile],
    listing: Listing,
    mask_classes: tuple[str, ...] = (),
    corrections: Outcomes | None = None,
) -> Summary:
    """Counts settled files. Classes without examples have zeros."""
    kept = [c for c in files if not c.reason]
    classes = listing.classes if all(c.label for c in kept) else (*listing.classes, "")
    similar = find_similar(listing.classes) + find_similar(mask_classes)
    images = Counter((c.label, c.split) for c in kept)
    groups = {label: [c for c in kept if c.label == label] for label in classes} | {ALL: kept}
    return Summary(
        files=_count_per_split(files),
        examples=_count_per_split(kept),
        rejects={s: _count_reasons(files, s) for s in SPLITS},
        classes={label: {s: images[label, s] for s in SPLITS} for label in classes},
        heights={name: _measure_sides([c.height for c in group]) for name, group in groups.items()},
        widths={name: _measure_sides([c.width for c in group]) for name, group in groups.items()},
        left_out=_shorten(listing.left_out),
        companions=listing.companions,
        splits_by=listing.splits_by,
        val_from_train=_count_per_split(files)["val"] if listing.takes_val_from_train else 0,
        warnings=_count_warnings(kept, similar, mask_classes),
        mask_pixels={s: _sum_pixels(kept, s, mask_classes) for s in SPLITS} if mask_classes else {},
        near_duplicates=near_duplicates.count((file.group, file.split) for file in kept),
        undeclared_bits=_find_undeclared_bits(files),
        similar_labels=similar,
        corrections=_shorten(corrections or {}),
    )


def _count_warnings(
    kept: list[ExaminedFile], similar: list[list[str]], mask_classes: tuple[str, ...]
) -> dict[str, int]:
    """Counts the examples by kind of warning."""
    counts = Counter(warning for file in kept for warning in file.warnings)
    labels = {label for group in similar for label in group}
    for file in kept:
        present = [name for name, n in zip(mask_classes, file.pixels, strict=False) if n]
        counts[file_warnings.SIMILAR_LABEL] += not labels.isdisjoint([file.label, *present])
    return {kind: count for kind, count in sorted(counts.items()) if count}


def _find_undeclared_bits(files: list[ExaminedFile]) -> int:
    greatest = max((file.undeclared for file in files), default=0)
    return bit_depth.round_up(greatest) if greatest else 0


def _shorten(groups: Mapping[str, Sequence[str]]) -> dict[str, LeftOut]:
    return {kind: LeftOut(len(paths), tuple(paths[:SHOWN])) for kind, paths in groups.items()}


def _count_reasons(files: list[ExaminedFile], split: str) -> dict[str, int]:
    reasons = Counter(c.reason for c in files if c.split == split and c.reason)
    return dict(sorted(reasons.items()))


def _sum_pixels(kept: list[ExaminedFile], split: str, classes: tuple[str, ...]) -> dict[str, int]:
    counts = [c.pixels for c in kept if c.split == split]
    return {name: sum(pixels[n] for pixels in counts) for n, name in enumerate(classes)}


def _count_per_split(files: list[ExaminedFile]) -> dict[str, int]:
    counts = Counter(file.split for file in files)
    return {split: counts[split] for split in SPLITS}


def _measure_sides(pixels: list[int]) -> Sides:
    if not pixels:
        return Sides(0, 0.0, 0)
    return Sides(min(pixels), sum(pixels) / len(pixels), max(pixels))


def write(uri: str, summary: Summary) -> None:
    """Writes the summary into the artifact."""
    atomic_text.write(f"{uri}/{FILE_NAME}", json.dumps(asdict(summary), indent=2) + "\n")


def read(uri: str) -> Summary:
    """Reads the summary of the artifact."""
    written: dict[str, Any] = json.loads(atomic_text.read(f"{uri}/{FILE_NAME}"))
    for name in ("heights", "widths"):
        written[name] = {label: Sides(**sides) for label, sides in written[name].items()}
    written["near_duplicates"] = NearDuplicates(**written.get("near_duplicates", {}))
    for name in ("left_out", "corrections"):
        groups = written.get(name, {}).items()
        written[name] = {kind: LeftOut(g["count"], tuple(g["first"])) for kind, g in groups}
    return Summary(**written)


def build_table(summary: Summary) -> Table:
    """Shows the images of each class and split, and their heights and widths."""
    table = Table(title="Images", caption=format_caption(summary))
    table.add_column("class")
    for name in (*SPLITS, "height", "width"):
        table.add_column(name, justify="right")
    for label, images in summary.classes.items():
        table.add_row(
            label or "no label", *(str(images[s]) for s in SPLITS), *_format_sizes(summary, label)
        )
    table.add_section()
    totals = (str(summary.examples[s]) for s in SPLITS)
    table.add_row(ALL, *totals, *_format_sizes(summary, ALL))
    return table


def _format_sizes(summary: Summary, label: str) -> Iterable[str]:
    for sides in (summary.heights[label], summary.widths[label]):
        yield f"{sides.least} / {sides.mean:.0f} / {sides.greatest}"


def format_caption(summary: Summary) -> str:
    """Lists files = examples + rejects for each split, and the rejects by reason."""
    lines = ["height and width in pixels: min / mean / max"]
    for name, splits in (*((split, [split]) for split in SPLITS), (ALL, SPLITS)):
        files = sum(summary.files[split] for split in splits)
        examples = sum(summary.examples[split] for split in splits)
        rejected = sum(sum(summary.rejects[split].values()) for split in splits)
        lines.append(f"{name}: {files} files = {examples} examples + {rejected} rejects")
    lines += [f"rejects: {n} {reason}" for reason, n in sorted(summary.reasons.items())]
    if found := summary.corrections:
        counts = {outcome: group.count for outcome, group in found.items()}
        lines += application.describe(counts, {outcome: g.first for outcome, g in found.items()})
    lines += _describe_warnings(summary)
    lines += [f"{split}: {_format_shares(pixels)}" for split, pixels in summary.mask_pixels.items()]
    if summary.near_duplicates.groups:
        lines.append(near_duplicates.describe(summary.near_duplicates))
    return "\n".join([*lines, *_describe_others(summary)])


def _describe_warnings(summary: Summary) -> Iterator[str]:
    """Counts the warnings, and says what those about the whole folder mean."""
    for kind, count in summary.warnings.items():
        yield f"examples with a warning: {count} {kind}"
    if bits := summary.undeclared_bits:
        yield (
            f"files of 16 bits that do not declare their depth: read as {bits} bits. Send such "
            f"files with `fcn predict --bits {bits}`"
        )
    for group in summary.similar_labels[:SHOWN]:
        names = ", ".join(map(ascii, group[:SHOWN]))  # Else normalized names would look equal.
        yield f"{len(group)} labels differ only in capitals, spaces or Unicode form: {names}"


def _describe_others(summary: Summary) -> Iterator[str]:
    """Says how the splits were chosen, and what else is in the folder."""
    yield f"splits by {summary.splits_by}"
    if summary.val_from_train:
        yield f"val: {summary.val_from_train} files taken from train, since the data has no val"
    others = sum(group.count for group in summary.left_out.values())
    yield (
        f"found: {summary.found} files = {sum(summary.files.values())} images + "
        f"{summary.companions} masks, boxes and lists + {others} left out"
    )
    for kind, group in summary.left_out.items():
        more = ", …" if group.count > len(group.first) else ""
        names = ", ".join(map(printable.name, group.first))
        yield f"left out: {group.count} {kind} ({names}{more})"


def _format_shares(pixels: dict[str, int]) -> str:
    total = max(1, sum(pixels.values()))
    shares = (f"{printable.name(label)} {n / total:.1%}" for label, n in pixels.items())
    return f"pixels {', '.join(shares)}"
