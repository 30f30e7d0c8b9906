"""Code of Kubeflow's containers: the entry point of every step, shared folder, notification.

Imports TFX, but nothing from pipeline.
"""
