"""Uploads, runs and schedules compiled pipelines on Kubeflow, through the kfp client."""
