"""What is learned: experiments, tasks, data, models, training, export."""
