"""Benchmarks: commands that measure and report, never tests.

Imports the graph's parts to time them; nothing imports this package.
"""
