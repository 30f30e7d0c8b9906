"""Finds photographs of one scene that are not copies: bursts, and files that were saved again.

`look` computes a perceptual hash of an image, `search` finds all pairs of similar hashes, `groups`
joins the pairs, and `counts` counts the groups for the summary. `gathering` is the part of the Beam
pipeline, which alone imports other modules of ingestion.
"""
