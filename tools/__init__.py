"""What `make` runs; all but `manifests` before there is an environment, on Python 3.8 or later."""
