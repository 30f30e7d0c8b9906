"""The model config that servers read: its text, and where it is stored with the records.

A file on disk or a Kubernetes ConfigMap; both are written whole or not at all.
"""
