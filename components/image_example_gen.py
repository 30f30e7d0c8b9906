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
from components.ingestion import account as ingestion_account
from components.ingestion import (
    beam_pipeline,
    box_folder,
    image_folder,
    pair_folder,
    progress,
    rejects,
)
from components.ingestion import options as ingestion_options
from components.ingestion import summary as ingestion_summary
from components.ingestion.account import Account
from components.ingestion.corrections import application
from components.ingestion.corrections import file as corrections_file
from components.ingestion.corrections.file import Corrections
from components.ingestion.options import IngestionOptions
from components.ingestion.summary import Summary
from serving.server import memory_budget
from trainer.config import DataConfig
from trainer.data.records import NEEDED_SPLITS, SPLITS


class IngestionExecutor(BaseBeamExecutor):
    """Runs ingestion, and stops the run if training cannot use the result."""

    def Do(  # noqa: N802
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Raises DataError for a folder, or files in it, that the user has to fix."""
        self._log_startup(input_dict, output_dict, exec_properties)
        examples = artifact_utils.get_single_instance(output_dict["examples"])
        table = artifact_utils.get_single_instance(output_dict["rejects"])

        options = ingestion_options.parse(exec_properties)
        memory_budget.find_total()  # A bad setting stops here, before any file is read.
        listing = _list_folder(options)
        corrections = _read_corrections(options, listing)
        account = self._ingest(listing, options, examples.uri, table.uri)
        summary = _write_tables(listing, account, table.uri, options, corrections)
        limit = options.max_reject_fraction
        rejects.check_fraction(account.rejects, len(account.settled), limit)
        _check_splits(account, options)
        _check_pixels(summary, options)
        _describe(examples)

    def _ingest(
        self,
        listing: image_folder.Listing,
        options: IngestionOptions,
        examples_uri: str,
        table_uri: str,
    ) -> Account:
        with progress.show(len(listing.files)), self._make_beam_pipeline() as pipeline:
            beam_pipeline.ingest(
                pipeline, listing, options, examples_uri=examples_uri, account_uri=table_uri
            )
        account = ingestion_account.read(table_uri, examples_uri)
        ingestion_account.check_complete(listing, account, options.shards)
        return account


def _list_folder(options: IngestionOptions) -> image_folder.Listing:
    base, follow_links = options.input_base, options.follow_links
    if options.box_classes:
        return box_folder.find(base, options.box_classes, follow_links=follow_links)
    if not options.reading:
        return image_folder.find(base, follow_links=follow_links)
    return pair_folder.find(base, follow_links=follow_links, suffix=options.mask_suffix)


def _read_corrections(options: IngestionOptions, listing: image_folder.Listing) -> Corrections:
    """Raises DataError for corrections that do not fit the folder."""
    if not options.corrections:
        return {}
    found = corrections_file.read(options.corrections)
    application.check_labels(found, listing.classes, options.corrections)
    return found


def _write_tables(
    listing: image_folder.Listing,
    account: Account,
    uri: str,
    options: IngestionOptions,
    corrections: Corrections,
) -> Summary:
    rejects.write(uri, account.rejects)
    outcomes = application.collect_outcomes(account.settled, corrections)
    masks = options.mask_classes
    summary = ingestion_summary.summarize(account.settled, listing, masks, outcomes)
    ingestion_summary.write(uri, summary)
    return summary


def _check_splits(account: Account, options: IngestionOptions) -> None:
    """Raises DataError for a split without examples."""
    filled = {file.split for file in account.settled if not file.reason}
    for split in SPLITS:
        if split not in filled:
            raise DataError(
                "split_without_examples",
                f"The {split} split of {options.input_base!r} has no examples: of "
                f"{len(account.settled)} files, {len(account.rejects)} are rejects. Add images, "
                f"change data.split_ratios (now {list(options.ratios)}), or sort the images into "
                "train/ val/ test/ yourself.",
            )


def _check_pixels(summary: Summary, options: IngestionOptions) -> None:
    """Raises DataError for a mask class without pixels in the train or test split."""
    for split in NEEDED_SPLITS:
        absent = [name for name, n in summary.mask_pixels.get(split, {}).items() if not n]
        if summary.examples[split] and absent:
            raise DataError(
                "class_without_pixels",
                f"The {split} split of {options.input_base!r} has no pixel of the class "
                f"{absent[0]!r}. Add images of it, or remove it from data.classes and "
                "data.mask.values.",
            )


def _describe(examples: types.Artifact) -> None:
    examples.split_names = artifact_utils.encode_split_names(list(SPLITS))
    examples_utils.set_payload_format(examples, example_gen_pb2.PayloadFormat.FORMAT_TF_EXAMPLE)
    # TFX accepts only this value, but its readers go by the file's extension. The shards are not
    # compressed: encoded images would not get smaller.
    examples_utils.set_file_format(examples, "tfrecords_gzip")


class ImageExampleGenSpec(types.ComponentSpec):
    """Plain values only: Kubeflow can pass these."""

    PARAMETERS = {  # noqa: RUF012
        "input_base": ExecutionParameter(type=str),
        "split_ratios": ExecutionParameter(type=str),  # JSON, [train, val, test].
        "images_per_class": ExecutionParameter(type=str),  # JSON as above; empty: all.
        "near_duplicates": ExecutionParameter(type=str),  # together or apart.
        "min_side": ExecutionParameter(type=int),
        "max_pixels": ExecutionParameter(type=int),
        "max_reject_fraction": ExecutionParameter(type=float),
        "shards": ExecutionParameter(type=int),
        "mask": ExecutionParameter(type=str),  # JSON; empty without masks.
        "box_classes": ExecutionParameter(type=str),  # JSON; an empty list without boxes.
        "fingerprint": ExecutionParameter(type=str),  # Only for the cache to compare.
        "follow_links": ExecutionParameter(type=int),  # 0 or 1.
        "corrections": ExecutionParameter(type=str),  # A path; empty if there are none.
    }
    INPUTS = {}  # noqa: RUF012
    OUTPUTS = {  # noqa: RUF012
        "examples": ChannelParameter(type=standard_artifacts.Examples),
        "rejects": ChannelParameter(type=Rejects),
    }


class ImageExampleGen(BaseBeamComponent):
    """Turns a folder of images into `examples` (splits train, val, test) and `rejects`."""

    SPEC_CLASS = ImageExampleGenSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(IngestionExecutor)

    def __init__(
        self,
        input_base: str | RuntimeParameter,
        data: DataConfig,
        *,
        fingerprint: str | RuntimeParameter = "",
        follow_links: bool = False,
        corrections: str = "",
    ) -> None:
        """`fingerprint` comes from image_folder: if a file changes, ingestion runs again.

        `follow_links` follows links that lead out of the folder. `corrections` is the file of
        decisions about labels.
        """
        spec = ImageExampleGenSpec(
            input_base=input_base,
            split_ratios=json.dumps(list(data.split_ratios)),
            images_per_class=json.dumps(data.images_per_class) if data.images_per_class else "",
            near_duplicates=data.near_duplicates,
            min_side=data.min_side,
            max_pixels=data.max_pixels,
            max_reject_fraction=data.max_reject_fraction,
            shards=data.shards,
            mask=json.dumps({**asdict(data.mask), "classes": data.classes}) if data.mask else "",
            box_classes=json.dumps(data.box_classes),
            fingerprint=fingerprint,
            follow_links=int(follow_links),
            corrections=corrections,
            examples=types.Channel(type=standard_artifacts.Examples),
            rejects=types.Channel(type=Rejects),
        )
        super().__init__(spec=spec)
