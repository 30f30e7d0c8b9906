"""The command `fcn`: one file per group of commands, and the options that they share.

`fcn serve` is in serving/commands.py, `fcn predict` in serving/prediction/command.py. May import
everything in pipeline; only other commands import it. TensorFlow is imported inside the commands
that need it, because importing it takes seconds.
"""
