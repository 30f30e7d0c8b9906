"""`python -m pipeline` is the command `fcn`."""

from pipeline.cli import main

main()
