"""Roll-outs of new versions: model config files, their labels, comparisons, and the record of it.

The commands `fcn rollout` and what they use. Imports serving.client, never serving.server, and no
TensorFlow: TF Serving's configuration messages load without it.
"""

from serving.rollout.percent import read_canary_percent

__all__ = ["read_canary_percent"]
