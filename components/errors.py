"""What a component raises when its input stops the run, and the list of all reasons."""

from __future__ import annotations

from serving import printable

REASONS = {
    # folders of images
    "folder_missing": "The folder of images does not exist.",
    "folder_unreadable": "The folder of images cannot be listed.",
    "name_not_utf8": "The name of a file or folder is not UTF-8.",
    "no_class_folders": "The folder contains no class folders.",
    "single_class": "The folder contains fewer than two classes.",
    "empty_class_folder": "A class folder contains no files.",
    "bad_class_name": "The name of a class folder is blank or contains a control character.",
    "wrong_experiment": "The layout of the folder fits another experiment.",
    "mixed_layout": "Split folders and other folders are in the same folder.",
    "missing_split": "The folder is already split, but into no train or no test.",
    "split_ignored": "Folders named as splits are in a place where splits are not read.",
    # split lists
    "list_unreadable": "A list cannot be read as UTF-8 text.",
    "split_lists_in_two_places": "Two folders contain split lists.",
    "split_list_ignored": "Files that look like split lists have another format.",
    "split_list_names_no_image": "A line of a split list names no image, or several.",
    "split_list_contradiction": "An image is in two splits.",
    "split_list_incomplete": "Images are in none of the split lists.",
    # folders of images and masks
    "no_pair_layout": "The folder has no known layout of images and masks.",
    "no_images": "The folder contains masks, but no images.",
    "ambiguous_name": "Two masks, or two boxes, belong to one image, or one mask to two.",
    "ambiguous_sides": "Several folders could be that of the images, or of the masks.",
    "bad_list_line": "A line of annotations/list.txt has another format.",
    "mask_values_unusable": "The values of the masks cannot be classes.",
    # folders of images and boxes
    "no_box_layout": "The folder has no known layout of images and boxes.",
    "too_many_classes": "The boxes of a folder have more names than a model can have classes.",
    # IDX files
    "idx_damaged": "An IDX file is damaged, or of another kind.",
    "idx_incomplete": "IDX files of images and labels do not belong together.",
    # corrections
    "corrections_unusable": "The file of corrections does not fit its format or the folder.",
    # the result of ingestion
    "bad_split_ratios": "data.split_ratios is not a list of three usable numbers.",
    "too_many_rejects": "More files than data.max_reject_fraction allows are rejects.",
    "split_without_examples": "A split has no examples.",
    "class_without_pixels": "A class of the masks has no pixel in a split that needs one.",
    "data_anomalies": "The data does not match the schema or the served model's class shares.",
    # labels to doubt
    "doubt_weights_unusable": "The weights that judge labels are missing or do not fit.",
    # served models
    "served_folder_relative": "served_folder is a relative path.",
    "unknown_served_version": "The requested version is not in served_folder.",
    "served_classes_differ": "The served segmenter has other classes than this run.",
    # bulk predictions
    "no_model": "A folder contains no model, or several.",
    "not_a_model": "A SavedModel cannot be read.",
    "no_default_signature": "A SavedModel lacks the signature serving_default.",
    "not_of_images": "A SavedModel does not take encoded images.",
    "nothing_found": "The source contains no files.",
    "output_exists": "The folder for the answers exists.",
    # runs
    "workdir_in_use": "Another run uses the working directory.",
    "workdir_is_a_pattern": "The path of the working directory contains wildcards.",
    "place_in_data": "A run would write into the folder of images.",
    "place_not_writable": "A folder that a run writes to cannot be created.",
    "place_not_permitted": "The permissions of a folder, or its disk, forbid to write there.",
    "push_root_too_small": "The disk of the push root has no room for a model.",
    "workdir_too_small": "The disk of the working directory has too little room for the data.",
    "submission_refused": "Kubeflow's API server would refuse the pipeline or its parameters.",
}


class DataError(ValueError):
    """Input that stops a run. The user sees its text: what is wrong, where, and how to fix it.

    Raises ValueError if the reason is not in REASONS.
    """

    def __init__(self, reason: str, message: str) -> None:
        if reason not in REASONS:
            raise ValueError(f"{reason!r} is not a reason of DataError: add it to REASONS.")
        super().__init__(reason, message)  # Both, so that the error can be pickled.
        self.reason = reason

    def __str__(self) -> str:
        return printable.message(self.args[1])
