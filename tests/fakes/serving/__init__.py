"""Servers and what they serve: models of other kinds, certificates, configurations, APIs.

What a test of serving/ starts or publishes belongs here, unless other rooms use it too.
"""
