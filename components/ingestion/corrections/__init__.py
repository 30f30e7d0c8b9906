"""What a person decided about labels in doubt: `fcn review` writes the file, ingestion applies it.

Nothing of the user's folder changes. `file` reads and writes decisions, `application` applies them.
"""
