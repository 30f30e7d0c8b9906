"""What runs in Kubeflow's containers: every step's entry point, shared folder, failure notice.

Imports TFX, and nothing of pipeline.
"""
