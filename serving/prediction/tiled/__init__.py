"""`fcn predict --tiled`: reads an image in windows, and puts its answer together from their scores.

Imports serving.client, and nothing of serving.server or TensorFlow. Only sources.py and geotiff.py
import rasterio, and jpeg.py simplejpeg: the extra `tiled` installs both.
"""
