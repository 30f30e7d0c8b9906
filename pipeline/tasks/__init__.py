"""What each task adds to the pipeline: the metrics that TFMA computes and the gate reads.

One file per task. Imports components.metrics and trainer.
"""
