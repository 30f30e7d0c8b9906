"""Reads MNIST's files and their like: many grey images in one file, their labels in another.

files.py reads the format; members.py gives each image a path of its own, as the rest of ingestion
needs it. Like the rest, it may import components.errors, trainer.data and serving, but not TFX.
"""
