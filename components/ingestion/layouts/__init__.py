"""How a folder is read: its traversal, what is left out, and how it is already split.

image_folder.py and pair_folder.py next to this folder use these to list images. Imports
components.errors, components.atomic_text and trainer.data, but nothing else of ingestion.
"""
