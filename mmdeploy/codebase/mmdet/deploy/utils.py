"""Settings of the post-processing."""
from collections.abc import Sequence

import mmcv
import torch

from mmdeploy.utils import load_config


def get_post_processing_params(deploy_cfg: str | mmcv.Config) -> mmcv.ConfigDict:
    """Return `codebase_config.post_processing` of a deploy config."""
    deploy_cfg = load_config(deploy_cfg)[0]
    assert 'codebase_config' in deploy_cfg, 'deploy config: codebase_config is missing'
    assert 'post_processing' in deploy_cfg['codebase_config'], 'Failed to get `post_processing`.'
    return deploy_cfg['codebase_config']['post_processing']


def get_nms_params(deploy_cfg: mmcv.Config, test_cfg: mmcv.ConfigDict) -> dict:
    """Return the arguments of `multiclass_nms`: the model's settings, else those of the deploy config."""
    post = get_post_processing_params(deploy_cfg)
    return dict(
        max_output_boxes_per_class=post.max_output_boxes_per_class,
        iou_threshold=test_cfg.get('nms', {}).get('iou_threshold', post.iou_threshold),
        score_threshold=test_cfg.get('score_thr', post.score_threshold),
        pre_top_k=post.pre_top_k,
        keep_top_k=test_cfg.get('max_per_img', post.keep_top_k))


def clip_bboxes(x1: torch.Tensor, y1: torch.Tensor, x2: torch.Tensor, y2: torch.Tensor,
                max_shape: torch.Tensor | Sequence[int]) -> tuple[torch.Tensor, ...]:
    """Clip the sides of boxes to an image.

    Args:
        x1, y1, x2, y2: of one shape.
        max_shape: height and width; a tensor when they are known at run time only.
    """
    assert len(max_shape) == 2, '`max_shape` should be [h, w]'
    if not isinstance(max_shape, torch.Tensor):
        height, width = max_shape
        return x1.clamp(0, width), y1.clamp(0, height), x2.clamp(0, width), y2.clamp(0, height)
    # A limit of Clip must be a constant for some engines: clip to [0, 1] in units of the image.
    height, width = max_shape[0].to(x1), max_shape[1].to(x1)
    return tuple((side / limit).clamp(0, 1) * limit
                 for side, limit in ((x1, width), (y1, height), (x2, width), (y2, height)))
