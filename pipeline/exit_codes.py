"""How the command `fcn` ends; 0 means done, and pushed if there was something to push."""

FAILED = 1  # The run failed, whoever is to blame.
WRONG_USE = 2  # What was typed or given cannot be used.
NOT_BLESSED = 3  # The model did not pass its gate.
