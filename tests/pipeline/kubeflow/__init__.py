"""Tests of pipeline/kubeflow/."""
