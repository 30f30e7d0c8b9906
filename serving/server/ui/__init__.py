"""The page of `fcn serve --ui`: its HTML, style and script, and the few answers that only it needs.

Predictions come from the REST interface. This package may import from `serving.server.rest`, which
imports nothing of it.
"""
