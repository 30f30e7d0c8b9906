"""The commands about labels: `fcn doubt` lists those that are probably wrong, `fcn review` asks."""
