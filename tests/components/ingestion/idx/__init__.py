"""Tests of components/ingestion/idx."""
