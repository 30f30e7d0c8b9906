"""Tests of components/kubeflow/."""
