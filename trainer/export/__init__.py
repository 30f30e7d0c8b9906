"""The SavedModel that is served: its signatures, and test-time averaging.

Imports trainer.data and the configuration; only saved_model.py imports trainer.tasks.
"""
