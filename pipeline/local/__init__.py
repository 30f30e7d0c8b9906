"""Runs the graph on this machine: reuses finished steps, reads metadata and results.

Imports pipeline.graph and pipeline.settings; never pipeline.cli.
"""
