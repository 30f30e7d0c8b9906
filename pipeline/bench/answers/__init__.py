"""How good answers beyond the class are: heat maps, probabilities, labels to doubt.

Each file is one benchmark on real images.
"""
