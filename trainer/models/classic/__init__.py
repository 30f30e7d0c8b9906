"""The networks of the textbooks and tutorials, from LeNet-5 to ResNet-34, trained from scratch.

Imports Keras, the configuration, and the layers of trainer.models. Those with dense layers on a
flattened map have one input size: fixed_size.py scales every image to it, inside the model.
"""
