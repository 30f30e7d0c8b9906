"""Ways to look at a model: the graph of its layers, their memory, and its feature maps.

Imports trainer and serving; the command `fcn models` (pipeline/cli) uses it.
"""
