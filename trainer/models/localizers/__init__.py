"""Models of a class and a box for each image, one file for each backbone, and their two heads.

Like all models, they import Keras only.
"""
