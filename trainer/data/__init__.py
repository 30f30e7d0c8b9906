"""From records to batches: record fields, decoding, masks, augmentation, statistics and schemas.

Imports TensorFlow and trainer.config; nothing of models or export.
"""
