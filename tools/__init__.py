"""What `make` runs before there is an environment: standard library only, Python 3.8 or later."""
