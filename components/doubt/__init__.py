"""Which labels and masks to doubt: who judges them, the list, and its page.

`judgement.py` is the entry, for the component LabelDoubts and for `fcn doubt`. Imports trainer and
serving.
"""
