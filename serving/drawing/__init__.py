"""Words and boxes in pictures, and HTML pages with pictures.

Imports Pillow, Jinja, the client's answers, serving.overlay, serving.printable and
serving.rgb_images.
"""
