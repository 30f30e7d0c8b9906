"""What belongs to an image besides its class: masks, boxes, and which way up they were drawn.

Like the rest of ingestion, it may import components.errors, trainer.data and serving, but not TFX.
"""
