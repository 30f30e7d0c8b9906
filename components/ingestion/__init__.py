"""Turns a folder of image files into TFRecords: layouts, formats, masks, copies, rejects, summary.

Start with beam_pipeline.py; its TFX component is components/image_example_gen.py. Imports
components.errors, components.atomic_text, trainer.data, serving's reading of images and its budget
of memory, but not TFX.
"""
