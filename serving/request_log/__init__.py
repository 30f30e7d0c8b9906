"""Files of sampled requests, as TFRecords without TensorFlow: framed, hourly, bounded, atomic.

The client's log and the server's use them; imports nothing of either.
"""
