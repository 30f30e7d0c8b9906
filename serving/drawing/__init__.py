"""Words in pictures: fonts that have the characters of a name, and strips below images.

Imports Pillow, serving.printable and serving.rgb_images.
"""
