"""Runs from end to end, as a user types them."""
