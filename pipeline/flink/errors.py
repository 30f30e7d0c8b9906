"""What can go wrong with a Flink cluster of one's own."""


class ClusterError(Exception):
    """The cluster cannot start, or has lost a process; the message says what to do."""
