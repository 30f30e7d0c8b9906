"""Pictures of answers: what is drawn on images.

Imports Pillow, the client's answers and serving/overlay.py; nothing of TensorFlow.
"""
