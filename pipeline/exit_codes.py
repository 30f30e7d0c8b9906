"""Exit codes of the command `fcn`; 0 means success, and a pushed model if there was one to push."""

FAILED = 1  # Any other error.
WRONG_USE = 2  # Wrong options, settings or input.
NOT_BLESSED = 3  # The model did not pass its gate.
