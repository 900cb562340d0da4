"""The second stage."""
from . import bbox_head, single_level_roi_extractor, standard_roi_head, test_mixins  # noqa: F401
