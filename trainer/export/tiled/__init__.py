"""Exact answers of large images from their tiles: how these lie, and what puts them together."""
