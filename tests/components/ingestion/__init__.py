"""Tests of components/ingestion/."""
