"""`python -m pipeline` is the command `fcn`."""

from pipeline.start import main

main()
