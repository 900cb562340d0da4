"""Heads that predict at every place of the feature maps."""
from . import base_dense_head, rpn_head, yolo_head  # noqa: F401
