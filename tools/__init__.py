"""What `make` runs. All but `manifests` runs before there is an environment: Python 3.8 or later."""
