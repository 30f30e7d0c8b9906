"""`fcn predict`: finds images, asks a server in small requests, writes the answers as they come.

Imports serving.client, and nothing of serving.server or TensorFlow.
"""
