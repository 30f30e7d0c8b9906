"""Whether probabilities are as large as the share of right answers, and how they become so.

Imports nothing of trainer: tasks, export and the metrics in components use it.
"""
