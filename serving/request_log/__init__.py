"""Files of sampled requests, as TFRecords without TensorFlow: framed, hourly, bounded, atomic.

The client's log uses them, and a server may; imports nothing else of serving.
"""
