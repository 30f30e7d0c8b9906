"""`fcn predict --bulk`: a SavedModel's answers to many images, by Beam, without a server.

Imports components, serving and pipeline.beam's results; pipeline/cli/bulk.py is its only user.
"""
