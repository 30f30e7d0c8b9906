"""Which component feeds which, and where a run happens."""
