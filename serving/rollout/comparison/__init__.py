"""The canary's answers against the stable version's: metrics, thresholds and a page.

Asks served versions through serving.client; decides nothing about labels.
"""
