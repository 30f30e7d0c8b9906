"""Client library, commands and local server.

Imports nothing of pipeline, components and trainer: the SavedModel is the only contract.
"""
