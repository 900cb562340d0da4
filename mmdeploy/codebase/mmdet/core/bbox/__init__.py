"""Decoding of boxes, for batches and without in-place changes."""
from .delta_xywh_bbox_coder import *  # noqa: F401,F403
from .distance_point_bbox_coder import *  # noqa: F401,F403
from .tblr_bbox_coder import *  # noqa: F401,F403
from .transforms import *  # noqa: F401,F403
