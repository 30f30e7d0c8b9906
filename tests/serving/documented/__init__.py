"""The requests that TF Serving's pages print, sent unchanged to fcn-model-server.

Each file has the name of a page below https://www.tensorflow.org/tfx/serving, and each test that
of the section which prints the request and its answer.
"""
