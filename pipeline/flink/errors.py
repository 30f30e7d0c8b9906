"""The error of a Flink cluster on this machine."""


class ClusterError(Exception):
    """The cluster cannot start, or has lost a process.

    The message says what to do, or shows the end of the process's log.
    """
