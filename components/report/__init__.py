"""The page of a run: its inputs read, its plots drawn, its test images shown."""
