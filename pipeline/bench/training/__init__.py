"""`make bench-train`: how fast each model trains, and how much of the machine it uses.

Each measurement runs in a process of its own. Only run.py and report.py import no TensorFlow.
"""
