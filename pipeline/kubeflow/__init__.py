"""The graph on open-source Kubeflow Pipelines: compiled, checked, rehearsed and scheduled.

Imports pipeline.graph and pipeline.settings; never pipeline.cli.
"""
