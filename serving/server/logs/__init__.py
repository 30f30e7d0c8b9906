"""The request log: which requests are in the sample, their records, and the files they go to.

May use protocols for TF Serving's messages; knows nothing of models and handlers.
"""
