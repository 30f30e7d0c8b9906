"""TF Serving's REST interface: HTTP and its limits, paths, and JSON for tensors and examples.

The files named json_* import no TensorFlow: processes that parse large bodies start with them.
"""
