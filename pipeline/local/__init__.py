"""The graph on this machine: the run, the reuse of finished steps, its metadata and its results.

Imports pipeline.graph and pipeline.settings; never pipeline.cli.
"""
