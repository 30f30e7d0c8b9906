"""Ways to look at a model: its layers as a table or a graph, their memory, and its feature maps.

Imports trainer and serving; the command `fcn models` (pipeline/cli) uses it.
"""
