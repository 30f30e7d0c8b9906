"""Our training: of the tutorial's photographs, and of each model alone at its own size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import keras
import tensorflow as tf

from pipeline.bench.training.measurement import Training
from pipeline.bench.training.setting import Setting
from trainer import configs, untrained
from trainer.config import Experiment
from trainer.data import input_pipeline
from trainer.learning import training
from trainer.model_config import CLASSIFIERS, LOCALIZERS
from trainer.overrides import MODELS, apply_overrides

FLOWERS = "flowers"
STAND_INS = {"classes": "flowers-transfer", "masks": "pets-transfer", "boxes": "pet-heads"}
LABELS = ("first", "second", "third")  # Of experiments that take them from a folder.
WARM_UP = 2  # Batches: TensorFlow builds the step and its kernels in the first ones.
BOX = (0.25, 0.25, 0.75, 0.75)


def prepare_flowers(setting: Setting) -> Training:
    """The model and the input pipeline of `flowers`, on whole photographs as the tutorial's."""
    whole = configs.load(FLOWERS)
    augment = replace(whole.augment, min_crop_area=1.0, max_aspect_change=1.0)
    experiment = use_setting(replace(whole, augment=augment), setting)
    files, labels = setting.photographs.records, setting.photographs.labels
    steps = input_pipeline.count_steps(files, experiment)
    batches = input_pipeline.read_training(files, labels, experiment)
    shapes = [tf.shape(inputs["image"]).numpy() for inputs, _ in batches.take(steps)]
    pixels = sum(float(height * width) for _, height, width, _ in shapes) / steps
    model = build(experiment, labels)
    name, size = f"ours: {FLOWERS}", experiment.train.batch_size
    return Training(name, model, batches, size, pixels, warm_up=2 * steps)  # They fill the cache.


def prepare_model(name: str, setting: Setting) -> Training:
    """A model, and one batch of noise of its experiment's size, again and again."""
    experiment = use_setting(choose_experiment(name), setting)
    labels, side = experiment.data.classes or LABELS, experiment.augment.side
    size, channels = experiment.train.batch_size, experiment.data.channels
    image = tf.random.uniform((size, side, side, channels), maxval=255.0)
    inputs = {"image": image, "size": tf.fill((size, 2), side)}
    targets = TARGETS[experiment.task](size, side, len(labels))
    batches = tf.data.Dataset.from_tensors((inputs, targets)).repeat()
    named = f"{name} ({experiment.name})"
    return Training(named, build(experiment, labels), batches, size, side**2, WARM_UP)


def choose_experiment(name: str) -> Experiment:
    """The experiment that trains the model; if there is none, another one with this model."""
    for experiment in configs.EXPERIMENTS.values():
        if experiment.model.name == name:
            return experiment
    kind = MODELS[name]
    task = "classes" if kind in CLASSIFIERS else "boxes" if kind in LOCALIZERS else "masks"
    other = configs.load(STAND_INS[task])
    # Not all of these models have a backbone.
    train = replace(other.train, layer_decay=1.0, fixed_stride=0)
    return replace(other, model=kind(name=name), train=train, head_phase=None)


def use_setting(experiment: Experiment, setting: Setting) -> Experiment:
    """The experiment in the setting's precision."""
    return apply_overrides(experiment, (f"train.precision={setting.precision}",))


def build(experiment: Experiment, labels: tuple[str, ...]) -> keras.Model:
    """The compiled model, with random weights."""
    model = untrained.build_random(experiment, labels)
    training.compile_model(model, 1, experiment)
    return model


def make_classes(size: int, side: int, classes: int) -> tf.Tensor:
    """One-hot classes [B, C]."""
    return tf.one_hot(tf.range(size) % classes, classes)


def make_masks(size: int, side: int, classes: int) -> tf.Tensor:
    """Masks [B, H, W, 1] uint8 of one class."""
    return tf.zeros((size, side, side, 1), tf.uint8)


def make_boxes(size: int, side: int, classes: int) -> tf.Tensor:
    """One-hot classes and boxes [B, C + 4]."""
    boxes = tf.tile([BOX], (size, 1))
    return tf.concat([make_classes(size, side, classes), boxes], axis=-1)


TARGETS: dict[str, Callable[[int, int, int], tf.Tensor]] = {
    "classes": make_classes,
    "masks": make_masks,
    "boxes": make_boxes,
}  # By task: for B images of side x side pixels, and C classes.
