"""One-stage detectors in ncnn: its own layer DetectionOutput selects the boxes.

The layer decodes boxes as SSD does. Heads decode in other ways, too, so that boxes are decoded by the graph, and given
to the layer as priors that nothing moves: one way for all heads, with the numbers of PyTorch.
"""
from collections.abc import Sequence

import mmcv
import torch

from mmdeploy.codebase.mmdet.core.ops import ncnn_detection_output_forward
from mmdeploy.codebase.mmdet.deploy.utils import get_nms_params


def without_top_k(cfg: mmcv.ConfigDict) -> mmcv.ConfigDict:
    """Return settings that keep all candidates: ncnn has no TopK."""
    return mmcv.ConfigDict(dict(cfg, nms_pre=-1))


def detection_output(deploy_cfg: mmcv.Config, test_cfg: mmcv.ConfigDict, boxes: torch.Tensor, scores: torch.Tensor,
                     img_shape: Sequence[int]) -> torch.Tensor:
    """Select boxes.

    Args:
        deploy_cfg: deploy config.
        test_cfg: settings of the head.
        boxes: [1, N, 4], x1, y1, x2, y2 in pixels.
        scores: [1, N, classes].
        img_shape: height and width of the input.

    Returns:
        [1, K, 6], rows of label (from 1 on), score and corners in units of the image, by falling score.
    """
    assert boxes.shape[0] == 1, f'ncnn takes one image at a time, found a batch of {int(boxes.shape[0])}'
    height, width = (int(n) for n in img_shape)
    count, classes = int(scores.shape[1]), int(scores.shape[2])
    priors = (boxes * boxes.new_tensor([1 / width, 1 / height] * 2)).reshape(1, 1, 4 * count)
    ones = boxes.new_ones(1, 1, 4 * count)
    # The background comes first.
    conf = torch.cat([scores.new_zeros(1, count, 1), scores], 2).reshape(1, 1, -1)
    params = get_nms_params(deploy_cfg, test_cfg)
    return ncnn_detection_output_forward(
        ones * 0, conf, torch.cat([priors, ones], 1), float(params['score_threshold']),
        float(params['iou_threshold']), int(params['pre_top_k']), int(params['keep_top_k']), classes + 1)


def select_in_ncnn(ctx, head: torch.nn.Module, get_bboxes, predictions: Sequence, img_metas: Sequence[dict],
            cfg: mmcv.ConfigDict | None, with_nms: bool) -> torch.Tensor | tuple[torch.Tensor, torch.Tensor]:
    """Decode as another rewrite does, then let ncnn select."""
    cfg = without_top_k(head.test_cfg if cfg is None else cfg)
    boxes, scores = get_bboxes(ctx, head, *predictions, img_metas=img_metas, cfg=cfg, with_nms=False)
    if not with_nms:
        return boxes, scores
    return detection_output(ctx.cfg, cfg, boxes, scores, img_metas[0]['img_shape'])
