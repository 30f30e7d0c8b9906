"""The command `fcn`: one file per group of commands, and the options that they share.

May import everything in pipeline; nothing outside this package imports it. TensorFlow is imported
inside the commands that need it, because importing it takes seconds.
"""
