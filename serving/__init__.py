"""Client library and command, and local server: both know a model by its SavedModel only."""
