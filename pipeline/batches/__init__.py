"""What the Trainer sees: its augmented batches, drawn and counted, for `fcn data`.

May import pipeline.local, pipeline.tasks, components, trainer.data and serving.
"""
