"""The client over TF Serving's gRPC interface: messages, calls, and the channels that send them.

Imports no TensorFlow: the messages are built from a table of their fields.
"""
