"""Words and boxes in pictures: fonts that have a name's characters, strips below images, boxes.

Imports Pillow, the client's answers, serving.overlay, serving.printable and serving.rgb_images.
"""
