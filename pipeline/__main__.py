"""`python -m pipeline` is the command `fcn`."""

from pipeline.cli.app import main

main()
