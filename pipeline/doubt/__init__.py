"""Which labels and masks of a run's examples to doubt: the list, its page, and its review.

May import pipeline.local, pipeline.inspection, components, trainer and serving; never pipeline.cli.
"""
