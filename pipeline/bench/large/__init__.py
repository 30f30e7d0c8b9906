"""`make bench-large`: `fcn predict --tiled` on an image that does not fit, killed in the middle."""
