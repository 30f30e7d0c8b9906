"""Batches across requests: parameters, queues and threads, and the arrays of a batch.

Knows arrays and calls only: nothing of models, signatures or protocols.
"""
