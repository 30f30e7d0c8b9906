"""`make demo` and `make demo-pets`: public data sets, drawn substitutes for them, and the steps.

Imports the graph, the client and the local server; only pipeline.bench imports from here.
"""
