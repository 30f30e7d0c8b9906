"""The error of a source that cannot become a folder."""


class SourceError(Exception):
    """What is wrong with the source, and how to fix it: shown to the user as it is."""
