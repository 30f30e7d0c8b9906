"""Turns a trained Keras model into another network with the same weights; what cannot be converted.

Imports keras, trainer.models.classic, trainer.models.geometry and trainer.models.moves.
"""
