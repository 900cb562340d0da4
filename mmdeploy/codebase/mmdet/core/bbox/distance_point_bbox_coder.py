"""Boxes by distances from points."""
import importlib

from mmdeploy.core import FUNCTION_REWRITER

from .check import assert_match

__all__ = ['distancepointbboxcoder__decode']


@FUNCTION_REWRITER.register_rewriter(
    func_name='mmdet.core.bbox.coder.DistancePointBBoxCoder.decode',
    classes=['mmdet.core.bbox.coder.DistancePointBBoxCoder'])
def distancepointbboxcoder__decode(ctx, self, points, pred_bboxes, max_shape=None):
    """Boxes around points [B, N, 2] (or [N, 2]) by distances [B, N, 4]; see `distance2bbox`."""
    assert_match(points, pred_bboxes)
    assert points.size(-1) == 2 and pred_bboxes.size(-1) == 4, 'expected points [..., 2] and distances [..., 4]'
    if not self.clip_border:
        max_shape = None
    return importlib.import_module('mmdet.core.bbox.transforms').distance2bbox(points, pred_bboxes, max_shape)
