"""Image files with random damage, through ingestion and one training step."""
