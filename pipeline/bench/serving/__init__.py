"""`make bench-serving`: how fast one server answers, by protocol, form of the image and clients.

The model is also called in this process, which is the limit. tests/soak uses the server's process.
"""
