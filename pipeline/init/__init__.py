"""Writes an experiment for a folder of images: what `fcn init` does.

plan.py decides; it asks layout.py what the folder contains, ingestion what of it is usable, and
measurement.py what training costs on this machine. Imports components, trainer, pipeline.inspection
and pipeline.local.
"""
