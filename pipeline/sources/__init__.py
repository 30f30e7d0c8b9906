"""Where images come from besides a folder: published archives, MNIST's files, TensorFlow Datasets.

Each source becomes a folder, which ingestion reads like any other. May import
components.ingestion.layouts, trainer.class_names and serving; commands, demos and benchmarks import
from here.
"""
