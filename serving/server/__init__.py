"""The local server: TF Serving's gRPC and REST interfaces over one layer of handlers.

Imports serving.client never, and nothing of pipeline, components or trainer.
"""
