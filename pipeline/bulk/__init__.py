"""`fcn predict --bulk`: a SavedModel's answers to many images, by Beam, without a server.

Imports components, serving and trainer.data; only pipeline/cli/bulk.py imports it.
"""
