"""Tests of pipeline/kubeflow/rehearsal/."""
