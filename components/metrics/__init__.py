"""The project's own TFMA metrics, and the functions that read their results.

Imports TFMA and trainer.data, but nothing from pipeline.
"""
