"""Simulates the driver and launcher of Kubeflow Pipelines on this machine, for a compiled YAML."""
