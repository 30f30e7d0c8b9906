"""The command `fcn`: one file per group of commands, and their options and exit codes.

May import everything in pipeline; nothing outside this package imports it. TensorFlow is imported
inside the commands that need it, because importing it takes seconds.
"""
