"""Exit codes of the command `fcn`. 0 means success; for `fcn run`, that the model was pushed."""

FAILED = 1  # Any other error.
WRONG_USE = 2  # Wrong options, settings or input.
NOT_BLESSED = 3  # The model did not pass its gate.
INTERRUPTED = 130  # By Ctrl-C; the shells' code for it.
