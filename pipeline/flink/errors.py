"""What can go wrong with a Flink cluster of one's own."""


class ClusterError(Exception):
    """The cluster cannot start, or has lost a process.

    The message says what to do, or has the end of the process's log.
    """
