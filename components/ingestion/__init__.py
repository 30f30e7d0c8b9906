"""From a folder of image files to TFRecords: layouts, formats, masks, copies, rejects, summary.

beam_pipeline.py is the way through; components/image_example_gen.py is the TFX component around
it. Imports trainer.data and serving.rgb_images, and no TFX.
"""
