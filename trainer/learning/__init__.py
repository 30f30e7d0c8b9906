"""How a model learns: optimizers, phases, precision, devices, checkpoints and logs.

What it learns comes from trainer.tasks and trainer.data, and what it is from trainer.models.
"""
