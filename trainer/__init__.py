"""What is learned: experiments, records, images, data, models, export."""
