"""From records to batches: record fields, decoding, masks, augmentation, statistics and schemas.

Imports TensorFlow and trainer.config; only input_pipeline.py imports trainer.tasks. Never models.
"""
