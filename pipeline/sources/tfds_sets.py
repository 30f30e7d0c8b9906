"""Data sets of TensorFlow Datasets, written as class folders: the package is an extra, `tfds`.

Images keep their encoded bytes. tensorflow.org/datasets lists the names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.progress import track

from components.ingestion.layouts.split_folders import find_split
from pipeline import whole
from pipeline.sources.source_error import SourceError
from serving import formats
from serving.terminal import console
from trainer.class_names import is_blank


class Keys(NamedTuple):
    """The names of the features."""

    image: str
    label: str


def export(name: str, root: Path, *, data_dir: str | None = None) -> Path:
    """The folder of a data set's images below `root`, written unless it is there.

    TensorFlow Datasets downloads and prepares it in `data_dir`, by default its own folder. Raises
    SourceError without the package, for an unknown name, without images that have a class, and if
    two classes would share a folder.
    """
    folder = root / "tfds" / make_name(name)
    if not whole.is_filled(folder):
        builder = prepare(name, data_dir)
        keys = find_keys(name, builder.info)
        labels = name_folders(name, builder.info.features[keys.label].names)
        splits = choose_folders(find_labelled(name, builder, keys))
        with whole.fill_folder(folder) as unfinished:
            for split, place in splits.items():
                write(read(builder, split, keys, labels), unfinished / place, split)
    return folder


def prepare(name: str, data_dir: str | None) -> Any:
    """The data set's builder, with its files on the disk."""
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise SourceError(
            f"--data tfds:{name} needs the package tensorflow-datasets ({error}): install it with "
            "pip install tensorflow-datasets."
        ) from error
    try:
        builder = tfds.builder(name, data_dir=data_dir)
        builder.download_and_prepare()
    except Exception as error:  # The package and its downloads raise errors of many types.
        first = str(error).strip().split("\n", 1)[0]
        raise SourceError(f"--data tfds:{name} cannot be prepared: {first}") from error
    return builder


def find_keys(name: str, info: Any) -> Keys:
    """The features that are an image and its class, by their types."""
    import tensorflow_datasets as tfds

    features = dict(info.features)
    images = [key for key, kind in features.items() if type(kind) is tfds.features.Image]
    labels = [key for key, kind in features.items() if isinstance(kind, tfds.features.ClassLabel)]
    for key in info.supervised_keys or ():  # Chosen first: (image, label).
        for found in (images, labels):
            if key in found:
                found.insert(0, key)
    if not images or not labels:
        raise SourceError(
            f"--data tfds:{name} has the features {', '.join(sorted(features))}: an image and a "
            "class are needed."
        )
    return Keys(images[0], labels[0])


def name_folders(name: str, classes: Sequence[str]) -> list[str]:
    """The name of each class's folder. Raises SourceError if two are the same, or one is blank."""
    folders = [make_name(label) for label in classes]
    for label, folder in zip(classes, folders, strict=True):
        others = [each for each, place in zip(classes, folders, strict=True) if place == folder]
        if is_blank(folder) or len(others) > 1:
            raise SourceError(
                f"--data tfds:{name} has the class {label!r}, for which there is no folder of its "
                f"own: {folder!r} is that of {others}. Export the images yourself, under other "
                "names."
            )
    return folders


def find_labelled(name: str, builder: Any, keys: Keys) -> list[str]:
    """The splits that ingestion knows, without those whose images have no labels.

    Raises SourceError if none is left.
    """
    known = [split for split in builder.info.splits if find_split(split)]
    found = [split for split in known if has_labels(builder, split, keys)]
    if not found:
        raise SourceError(
            f"--data tfds:{name} has the splits {', '.join(builder.info.splits)}: a train split "
            "with labels is needed."
        )
    return found


def has_labels(builder: Any, split: str, keys: Keys) -> bool:
    """Whether an image of the split has a label. Published test splits often have none."""
    return any(int(example[keys.label]) >= 0 for example in read_examples(builder, split, keys))


def choose_folders(names: Iterable[str]) -> dict[str, str]:
    """The folder of each split that is used; "" if the content of the images is to split them.

    The test split of data with train and validation alone is validation.
    """
    found = {name: split for name in names if (split := find_split(name))}
    kinds = set(found.values())
    if len(kinds) < 2:
        return dict.fromkeys(found, "")
    if kinds == {"train", "val"}:
        return {name: "test" if split == "val" else split for name, split in found.items()}
    return found


def read(
    builder: Any, split: str, keys: Keys, labels: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    """The label and the encoded bytes of each image that has one."""
    total = builder.info.splits[split].num_examples
    examples = read_examples(builder, split, keys)
    for example in track(examples, f"Writing {split}", total, console=console):
        label = int(example[keys.label])
        if label >= 0:  # Below 0: without a label.
            yield labels[label], example[keys.image]


def read_examples(builder: Any, split: str, keys: Keys) -> Iterable[Any]:
    """The features of each example, images encoded."""
    import tensorflow_datasets as tfds

    examples = builder.as_dataset(
        split=split, decoders={keys.image: tfds.decode.SkipDecoding()}, shuffle_files=False
    )
    found: Iterable[Any] = tfds.as_numpy(examples)
    return found


def make_name(text: str) -> str:
    """A name of a folder: inside its parent, and not hidden."""
    return re.sub(r"^\.|[/:]", "-", text)


def write(images: Iterable[tuple[str, bytes]], folder: Path, split: str) -> None:
    """Writes each image into the folder of its class."""
    for number, (label, encoded) in enumerate(images):
        place = folder / label
        place.mkdir(parents=True, exist_ok=True)
        kind = formats.detect(encoded) or "bin"
        (place / f"{split}-{number:07}.{kind.lower()}").write_bytes(encoded)
