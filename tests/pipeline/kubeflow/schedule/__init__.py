"""Tests of pipeline/kubeflow/schedule/."""
