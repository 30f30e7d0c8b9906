"""A server under load while versions come and go: `make test-soak`; short in `make test`."""
