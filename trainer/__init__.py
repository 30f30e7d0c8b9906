"""Training: experiments, records, images, data, models, export."""
