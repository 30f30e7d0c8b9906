"""Oxford-IIIT pets with the segmentation tutorial's own network: VGG-16 and a learned decoder.

    fcn run tutorial-vgg16 --data data/oxford_pets
    fcn run tutorial-vgg16 --data data/oxford_pets --set model.weights=vgg16_notop.weights.h5

As in the tutorial, ImageNet's weights stay as they are, and a 3x3 convolution follows each
transposed one. Unlike there, the decoder is narrow: on few images it is as accurate as one of
VGG-16's width, and more than twice as fast. Images are larger than 224 pixels, so features of
stride 4 follow borders more closely, and they have random views. docs/results.md has the
measurements.
"""

from dataclasses import replace

from trainer.config import Experiment
from trainer.configs import pets
from trainer.model_config import VGGConfig
from trainer.overrides import apply_overrides


def use_tutorial(experiment: Experiment) -> Experiment:
    """The same experiment with the tutorial's network and loss."""
    return replace(
        experiment,
        name="tutorial-vgg16",
        data=replace(experiment.data, max_side=384),
        model=VGGConfig(
            name="vgg16_deconv",
            weights="imagenet",  # Keras downloads them at first use; or a file, or "none".
            frozen=True,
            dropout=0.3,
            refine=True,
            widths=(32, 64, 64, 128, 192),
            mirrored=True,
            sides=(288, 336, 384),
        ),
        augment=replace(
            experiment.augment,
            side=288,
            grid=32,
            min_crop_area=0.3,
            max_zoom=1.5,
            tint=0.1,
            grey=0.05,
        ),
        train=replace(
            experiment.train,
            epochs=24,
            batch_size=8,
            learning_rate=2e-3,
            warmup_epochs=1.0,
            label_smoothing=0.0,
            dice=0.0,
            ema_momentum=0.98,
        ),
    )


EXPERIMENT = use_tutorial(pets.EXPERIMENT)

# For --fast: small images, a few epochs, one view in serving, and the gate of `pets`.
FAST = apply_overrides(
    use_tutorial(pets.FAST),
    (
        "train.epochs=6",
        "data.max_side=128",
        "augment.side=96",
        "model.mirrored=false",
        "model.sides=[]",
    ),
)
