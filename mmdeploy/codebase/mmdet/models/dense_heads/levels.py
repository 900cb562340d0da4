"""What the dense heads share: candidates of each level, and the selection of boxes."""
from collections.abc import Iterable, Sequence

import mmcv
import torch

from mmdeploy.codebase.mmdet.core.post_processing import multiclass_nms
from mmdeploy.codebase.mmdet.deploy.utils import gather_topk, get_nms_params, pad_with_value_if_necessary
from mmdeploy.utils import is_dynamic_shape


def flatten_level(x: torch.Tensor, size: int) -> torch.Tensor:
    """Return predictions [B, A * size, H, W] of one level as [B, H * W * A, size]."""
    return x.permute(0, 2, 3, 1).reshape(x.shape[0], -1, size)


def grid_priors(head: torch.nn.Module, predictions: Sequence[torch.Tensor], **kwargs) -> list[torch.Tensor]:
    """Return the priors [1, N, size] of each level, for predictions [B, C, H, W]."""
    priors = head.prior_generator.grid_priors([x.shape[-2:] for x in predictions], dtype=predictions[0].dtype,
                                              device=predictions[0].device, **kwargs)
    return [level.unsqueeze(0) for level in priors]


def level_scores(head: torch.nn.Module, cls_score: torch.Tensor) -> torch.Tensor:
    """Return scores [B, N, classes] of predictions [B, A * C, H, W], with the background behind for softmax.

    Raises:
        NotImplementedError: the head's loss has an activation of its own.
    """
    loss = getattr(head, 'loss_cls', None)
    if getattr(loss, 'custom_cls_channels', False):
        raise NotImplementedError(
            f'model.bbox_head.loss_cls of type {type(loss).__name__} makes scores in a way of its own, which is not '
            'supported in a dense head, allowed: losses with sigmoid or softmax')
    scores = flatten_level(cls_score, head.cls_out_channels)
    return scores.sigmoid() if head.use_sigmoid_cls else scores.softmax(-1)


def _best_of_level(deploy_cfg: mmcv.Config, nms_pre: int, ranked: torch.Tensor,
                   rows: Sequence[torch.Tensor | None]) -> Sequence[torch.Tensor | None]:
    if nms_pre <= 0 or (not is_dynamic_shape(deploy_cfg) and int(ranked.shape[1]) <= nms_pre):
        return rows
    ranked = pad_with_value_if_necessary(ranked, 1, nms_pre)
    best = ranked.max(-1)[0].topk(nms_pre, dim=1)[1]
    rows = [None if x is None else pad_with_value_if_necessary(x, 1, nms_pre) for x in rows]
    return [None if x is None else gather_topk(x, inds=best, batch_size=x.shape[0]) for x in rows]


def best_of_levels(deploy_cfg: mmcv.Config, test_cfg: mmcv.ConfigDict,
                   levels: Iterable[tuple[torch.Tensor, Sequence[torch.Tensor | None]]]) -> list[torch.Tensor | None]:
    """Keep the `nms_pre` best candidates of each level, and put the levels one behind the other.

    Args:
        deploy_cfg: deploy config.
        test_cfg: settings of the head.
        levels: of each level what its candidates are ranked by, [B, N, C], and what there is of them: tensors
            [B or 1, N, size], or None where the head has nothing.

    Returns:
        [B, M, size] for each tensor of a level.
    """
    kept = []
    for ranked, rows in levels:
        rows = [None if x is None else x.expand(ranked.shape[0], -1, -1) for x in rows]
        kept.append(_best_of_level(deploy_cfg, test_cfg.get('nms_pre', -1), ranked, rows))
    return [None if parts[0] is None else torch.cat(parts, 1) for parts in zip(*kept, strict=True)]


def select(deploy_cfg: mmcv.Config, test_cfg: mmcv.ConfigDict, boxes: torch.Tensor, scores: torch.Tensor,
           with_nms: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Return dets [B, K, 5] and labels [B, K] of boxes [B, N, 4] and scores [B, N, C], or these without `with_nms`."""
    if not with_nms:
        return boxes, scores
    return multiclass_nms(boxes, scores, **get_nms_params(deploy_cfg, test_cfg))
