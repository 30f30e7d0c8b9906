"""How the command `fcn` ends; 0 means done, and pushed if there was something to push."""

FAILED = 1  # Anything else went wrong.
WRONG_USE = 2  # Wrong options, settings or input.
NOT_BLESSED = 3  # The model did not pass its gate.
