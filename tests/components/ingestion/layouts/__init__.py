"""Tests of components.ingestion.layouts."""
