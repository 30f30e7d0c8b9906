"""TFX component that turns a folder of images into Examples and Rejects."""

import json
from dataclasses import asdict
from typing import Any

from tfx import types
from tfx.components.util import examples_utils
from tfx.dsl.components.base import executor_spec
from tfx.dsl.components.base.base_beam_component import BaseBeamComponent
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.orchestration.data_types import RuntimeParameter
from tfx.proto import example_gen_pb2
from tfx.types import artifact_utils, standard_artifacts
from tfx.types.component_spec import ChannelParameter, ExecutionParameter

from components.artifacts import Rejects
from components.errors import DataError
from components.ingestion import beam_pipeline, image_folder, pair_folder, progress, rejects
from components.ingestion import summary as ingestion_summary
from components.ingestion.examination import Options
from components.ingestion.images import Limits
from components.ingestion.masks import Reading
from components.ingestion.summary import Summary
from trainer.config import DataConfig
from trainer.data.records import SPLITS

NEEDED = ("train", "test")  # Splits with a pixel of every class of the masks.


class Executor(BaseBeamExecutor):
    """Runs ingestion, and stops the run where its result is not one to go on with."""

    def Do(  # noqa: N802
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Raises DataError for a folder, or files in it, that the user has to mend."""
        self._log_startup(input_dict, output_dict, exec_properties)
        examples = artifact_utils.get_single_instance(output_dict["examples"])
        table = artifact_utils.get_single_instance(output_dict["rejects"])

        options = read_options(exec_properties)
        find = pair_folder.find if options.reading else image_folder.find
        listing = find(options.input_base)
        account = self._ingest(listing, options, examples.uri, table.uri)
        summary = _report(listing, account, table.uri, mask_classes(exec_properties))
        _check(account, options, float(exec_properties["max_reject_fraction"]))
        _check_pixels(summary, options)
        _describe(examples)

    def _ingest(
        self, listing: image_folder.Listing, options: Options, examples_uri: str, table_uri: str
    ) -> beam_pipeline.Account:
        with (
            progress.shown(len(listing.files)),
            self._make_beam_pipeline() as pipeline,
        ):
            beam_pipeline.ingest(
                pipeline, listing, options, examples_uri=examples_uri, account_uri=table_uri
            )
        account = beam_pipeline.account(table_uri, examples_uri)
        beam_pipeline.check_complete(listing, account)
        return account


def read_options(exec_properties: dict[str, Any]) -> Options:
    """The options of ingestion; Kubeflow may hand whole numbers over as floats or texts."""
    text = exec_properties["split_ratios"]
    ratios = json.loads(text)
    if len(ratios) != len(SPLITS) or min(ratios) < 0 or sum(ratios) <= 0:
        raise DataError(f"data.split_ratios is {text}: give three numbers, such as [8, 1, 1].")
    return Options(
        input_base=exec_properties["input_base"].rstrip("/"),
        ratios=tuple(int(ratio) for ratio in ratios),
        limits=Limits(int(exec_properties["min_side"]), int(exec_properties["max_pixels"])),
        shards=int(exec_properties["shards"]),
        reading=read_masks(exec_properties["mask"]),
    )


def read_masks(text: str) -> Reading | None:
    """How masks are read; None where images have classes."""
    if not text:
        return None
    given = json.loads(text)
    return Reading(tuple(given["values"]), given["ignored"], given["unlisted"])


def mask_classes(exec_properties: dict[str, Any]) -> tuple[str, ...]:
    """The classes of masks; none where images have classes."""
    text = exec_properties["mask"]
    return tuple(json.loads(text)["classes"]) if text else ()


def _report(
    listing: image_folder.Listing,
    account: beam_pipeline.Account,
    uri: str,
    classes: tuple[str, ...],
) -> Summary:
    rejects.write(uri, (c.as_reject for c in account.settled if c.reason))
    summary = ingestion_summary.of(account.settled, listing, classes)
    ingestion_summary.write(uri, summary)
    return summary


def _check_pixels(summary: Summary, options: Options) -> None:
    """Raises DataError for a mask's class that there is nothing to learn, or to be tested by."""
    for split in NEEDED:
        absent = [name for name, n in summary.mask_pixels.get(split, {}).items() if not n]
        if summary.examples[split] and absent:
            raise DataError(
                f"No pixel of the class {absent[0]!r} in the {split} split of "
                f"{options.input_base!r}. Add images of it, or take it out of data.classes and "
                "data.mask.values."
            )


def _check(account: beam_pipeline.Account, options: Options, max_reject_fraction: float) -> None:
    rejected = [c.as_reject for c in account.settled if c.reason]
    files = len(account.settled)
    rejects.check_fraction(rejected, files, max_reject_fraction)
    filled = {c.split for c in account.settled if not c.reason}
    for split in SPLITS:
        if split not in filled:
            raise DataError(
                f"The {split} split of {options.input_base!r} ends without an example: {files} "
                f"files were found, {len(rejected)} are rejects. Add images, change "
                f"data.split_ratios (now {list(options.ratios)}), or sort the images into "
                "train/ val/ test/ yourself."
            )


def _describe(examples: types.Artifact) -> None:
    examples.split_names = artifact_utils.encode_split_names(list(SPLITS))
    examples_utils.set_payload_format(examples, example_gen_pb2.PayloadFormat.FORMAT_TF_EXAMPLE)
    # The one value that TFX accepts. Its readers go by the file's name, and images, which
    # compress no further, are written without.
    examples_utils.set_file_format(examples, "tfrecords_gzip")


class ImageExampleGenSpec(types.ComponentSpec):
    """Plain values only, so that Kubeflow can carry them."""

    PARAMETERS = {  # noqa: RUF012
        "input_base": ExecutionParameter(type=str),
        "split_ratios": ExecutionParameter(type=str),  # JSON, [train, val, test].
        "min_side": ExecutionParameter(type=int),
        "max_pixels": ExecutionParameter(type=int),
        "max_reject_fraction": ExecutionParameter(type=float),
        "shards": ExecutionParameter(type=int),
        "mask": ExecutionParameter(type=str),  # JSON of Reading and classes; empty without masks.
        "fingerprint": ExecutionParameter(type=str),  # Only there for the cache to compare.
    }
    INPUTS = {}  # noqa: RUF012
    OUTPUTS = {  # noqa: RUF012
        "examples": ChannelParameter(type=standard_artifacts.Examples),
        "rejects": ChannelParameter(type=Rejects),
    }


class ImageExampleGen(BaseBeamComponent):
    """A folder of images to the outputs `examples` (splits train, val, test) and `rejects`."""

    SPEC_CLASS = ImageExampleGenSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(Executor)

    def __init__(
        self,
        input_base: str | RuntimeParameter,
        data: DataConfig,
        *,
        fingerprint: str | RuntimeParameter = "",
    ) -> None:
        """Takes `fingerprint` from image_folder, so that a changed file is ingested anew."""
        spec = ImageExampleGenSpec(
            input_base=input_base,
            split_ratios=json.dumps(list(data.split_ratios)),
            min_side=data.min_side,
            max_pixels=data.max_pixels,
            max_reject_fraction=data.max_reject_fraction,
            shards=data.shards,
            mask=json.dumps({**asdict(data.mask), "classes": data.classes}) if data.mask else "",
            fingerprint=fingerprint,
            examples=types.Channel(type=standard_artifacts.Examples),
            rejects=types.Channel(type=Rejects),
        )
        super().__init__(spec=spec)
