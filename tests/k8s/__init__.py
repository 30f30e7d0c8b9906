"""Tests of the manifests and Dockerfiles in k8s/."""
