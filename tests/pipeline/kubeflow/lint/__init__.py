"""Tests of pipeline/kubeflow/lint/."""
