"""The client over TF Serving's REST interface: its paths and JSON, and connections that send them.

A reply's status decides which error is raised.
"""
