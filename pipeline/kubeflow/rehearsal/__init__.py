"""Plays the driver and the launcher of Kubeflow Pipelines on this machine, for a compiled YAML."""
