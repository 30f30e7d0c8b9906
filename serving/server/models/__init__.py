"""The models in memory: which versions to load, from where, and what they answer.

Imports nothing of the protocols: handlers.py is between them.
"""
