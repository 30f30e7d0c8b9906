"""Models on the networks of keras.applications, for any image size, alone or in a padded batch.

The networks and their weights are Keras's; masks, heads and decoders are ours. Imports keras and
the rest of trainer.models.
"""
