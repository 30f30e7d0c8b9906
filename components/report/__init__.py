"""The report of a run: reads its inputs, draws its plots and shows its test images."""
