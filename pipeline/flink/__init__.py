"""A standalone Flink cluster for Beam on one machine, from Maven's jars."""
