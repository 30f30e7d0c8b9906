"""`make demo` and `make demo-pets`: public data sets, drawn substitutes for them, and the steps.

Starts `fcn run` as a user does. Imports its results, the client and the local server; only
pipeline.bench imports from here.
"""
