"""The graph on open-source Kubeflow Pipelines: compiled, checked, rehearsed and scheduled.

Imports the graph, the settings, components and the experiments; never pipeline.cli.
"""
