"""Doubles of Kubeflow Pipelines: its API server, small pipelines to lint, rehearse and upload."""
