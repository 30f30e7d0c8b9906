"""Finds photographs of one scene that are not copies: bursts, and files that were saved again.

`look` computes a perceptual hash of each image; `search` finds all pairs of similar hashes; `groups`
joins the pairs; `gathering` is the part of the Beam pipeline. Imports nothing of the other ingestion
modules except `examination` and `file_warnings`, in `gathering`.
"""
