"""Settings of the post-processing."""
from collections.abc import Sequence

import mmcv
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.rewriter_utils import LibVersionChecker
from mmdeploy.utils import Backend, load_config


def get_post_processing_params(deploy_cfg: str | mmcv.Config) -> mmcv.ConfigDict:
    """Return `codebase_config.post_processing` of a deploy config."""
    deploy_cfg = load_config(deploy_cfg)[0]
    assert 'codebase_config' in deploy_cfg, 'deploy config: codebase_config is missing'
    assert 'post_processing' in deploy_cfg['codebase_config'], 'Failed to get `post_processing`.'
    return deploy_cfg['codebase_config']['post_processing']


# Settings of mmcv's suppression that nothing here obeys, with what changes nothing. `split_thr` only saves memory.
_NEUTRAL_NMS = dict(max_num=('-1', lambda x: x <= 0), score_threshold=('0', lambda x: x <= 0),
                    offset=('0', lambda x: x == 0))


def _check_nms(nms: dict | None) -> None:
    """Refuse a suppression that selects other boxes than `multiclass_nms`; see `get_nms_params`."""
    if nms is None or nms.get('type', 'nms') != 'nms' or nms.get('class_agnostic', False):
        raise NotImplementedError(
            f'model.test_cfg: nms is {nms and dict(nms)}, which cannot be converted, allowed: type \'nms\' without '
            'class_agnostic; change the model config if the same boxes are not needed')
    for key, (allowed, is_neutral) in _NEUTRAL_NMS.items():
        if key in nms and not is_neutral(nms[key]):
            raise NotImplementedError(
                f'model.test_cfg: nms.{key} is {nms[key]}, which cannot be converted, allowed: {allowed}, or leave it '
                'out; change the model config if the same boxes are not needed')


def get_nms_params(deploy_cfg: mmcv.Config, test_cfg: mmcv.ConfigDict) -> dict:
    """Return the arguments of `multiclass_nms`: the model's settings, else those of the deploy config.

    Raises:
        NotImplementedError: the model selects boxes in another way.
    """
    nms = test_cfg.get('nms', {})
    _check_nms(nms)
    post = get_post_processing_params(deploy_cfg)
    return dict(
        max_output_boxes_per_class=post.max_output_boxes_per_class,
        iou_threshold=nms.get('iou_threshold', nms.get('iou_thr', post.iou_threshold)),
        score_threshold=test_cfg.get('score_thr', post.score_threshold),
        pre_top_k=post.pre_top_k,
        keep_top_k=test_cfg.get('max_per_img', post.keep_top_k))


def get_proposal_params(deploy_cfg: mmcv.Config, test_cfg: mmcv.ConfigDict) -> dict:
    """Return the arguments of `multiclass_nms` that select the proposals of a region proposal network.

    As in mmdet no score is too low, and all that are kept may come from one level.

    Args:
        deploy_cfg: deploy config.
        test_cfg: settings of the network (`test_cfg.rpn` of a detector).

    Raises:
        NotImplementedError: the model selects boxes in another way.
    """
    params = get_nms_params(deploy_cfg, test_cfg)
    return dict(params, max_output_boxes_per_class=params['keep_top_k'], pre_top_k=-1, score_threshold=0.0,
                nms_pre=test_cfg.get('nms_pre', -1))


def best_of_classes(scores: torch.Tensor, nms_pre: int) -> torch.Tensor:
    """Return scores [B, N, C] of which the `nms_pre` best of each class are left, the others are 0.

    Args:
        scores: [B, N, C], 0 or more.
        nms_pre: how many, the first of equal ones; below 1: all.
    """
    if nms_pre < 1 or nms_pre >= scores.shape[1]:
        return scores
    best = scores.sort(dim=1, descending=True, stable=True)[1][:, :nms_pre]
    return torch.zeros_like(scores).scatter(1, best, scores.gather(1, best))


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


@FUNCTION_REWRITER.register_rewriter(
    'mmdeploy.codebase.mmdet.deploy.utils.clip_bboxes', backend=Backend.TENSORRT.value,
    extra_checkers=LibVersionChecker('tensorrt', min_version='8'))
def clip_bboxes__trt8(ctx, x1: torch.Tensor, y1: torch.Tensor, x2: torch.Tensor, y2: torch.Tensor,
                      max_shape: torch.Tensor | Sequence[int]) -> tuple[torch.Tensor, ...]:
    """See `clip_bboxes`; from TensorRT 8 on a limit need not be a constant, so nothing is divided."""
    if not isinstance(max_shape, torch.Tensor):
        return ctx.origin_func(x1, y1, x2, y2, max_shape)
    assert len(max_shape) == 2, '`max_shape` should be [h, w]'
    height, width = max_shape[0].to(x1), max_shape[1].to(x1)
    return tuple(torch.minimum(side.clamp(min=0), limit)
                 for side, limit in ((x1, width), (y1, height), (x2, width), (y2, height)))


def pad_with_value(x: torch.Tensor, pad_dim: int, pad_size: int, pad_value: float | None = None) -> torch.Tensor:
    """Append entries to a dimension.

    Args:
        x: a tensor.
        pad_dim: the dimension.
        pad_size: how many.
        pad_value: their value, by default 0.
    """
    pad_dim = pad_dim % x.ndim
    shape = [*x.shape[:pad_dim], pad_size, *x.shape[pad_dim + 1:]]
    return torch.cat([x, x.new_full(shape, 0 if pad_value is None else pad_value)], pad_dim)


def pad_with_value_if_necessary(x: torch.Tensor,
                                pad_dim: int,
                                pad_size: int,
                                pad_value: float | None = None) -> torch.Tensor:
    """Append entries where an engine needs them: TensorRT cannot take more elements than there are (TopK)."""
    return __pad_with_value_if_necessary(x, pad_dim=pad_dim, pad_size=pad_size, pad_value=pad_value)


def __pad_with_value_if_necessary(x: torch.Tensor,
                                  pad_dim: int,
                                  pad_size: int,
                                  pad_value: float | None = None) -> torch.Tensor:
    """Other engines need none."""
    return x


@FUNCTION_REWRITER.register_rewriter(
    'mmdeploy.codebase.mmdet.deploy.utils.__pad_with_value_if_necessary', backend=Backend.TENSORRT.value)
def __pad_with_value_if_necessary__tensorrt(ctx,
                                            x: torch.Tensor,
                                            pad_dim: int,
                                            pad_size: int,
                                            pad_value: float | None = None) -> torch.Tensor:
    return pad_with_value(x, pad_dim, pad_size, pad_value)


def gather_topk(*inputs: torch.Tensor, inds: torch.Tensor, batch_size: int,
                is_batched: bool = True) -> torch.Tensor | list[torch.Tensor]:
    """Take the rows that a top-k has found.

    Args:
        inputs: [B, N, *], or [N, *] when not `is_batched`.
        inds: [B, K].
        batch_size: B.
        is_batched: whether the inputs differ from image to image.

    Returns:
        [B, K, *] for each input; a tensor instead of a list for one input.
    """
    # Rows of all images one behind the other: a row is copied at once, and indices need not be as wide as rows are.
    gathered = []
    for x in inputs:
        count = x.shape[1] if is_batched else 0
        first = torch.arange(batch_size, dtype=inds.dtype, device=inds.device).unsqueeze(1) * count
        rows = x.reshape(-1, *x.shape[2:]) if is_batched else x
        gathered.append(rows[(inds + first).reshape(-1)].reshape(*inds.shape, *rows.shape[1:]))
    return gathered[0] if len(gathered) == 1 else gathered


def get_mask_threshold(model_cfg: mmcv.Config) -> float:
    """Return the score from which on a pixel of a mask belongs to an object."""
    rcnn = (model_cfg.model.get('test_cfg', None) or {}).get('rcnn', None) or {}
    return rcnn.get('mask_thr_binary', 0.5)
