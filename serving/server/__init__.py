"""The local server: TF Serving's gRPC and REST interfaces over one layer of handlers.

Never imports serving.client, pipeline, components or trainer.
"""
