"""Networks that were trained on ImageNet, for images of any size, and the readers of their weights.

Heads and decoders are in trainer/models. Imports keras, numpy and trainer.model_config.
"""
