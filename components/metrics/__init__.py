"""TFMA metrics of the project's own, and the reader of their results.

Imports TFMA and trainer.data; knows nothing of the graph.
"""
