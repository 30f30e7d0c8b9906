"""Drawn images: scenes, photographs that were turned, and padded batches."""
