"""Detectors in an engine."""
from collections.abc import Sequence

import mmcv
import numpy as np
import torch
from mmcv.utils import Registry

from mmdeploy.backend.base import get_backend_file_count, get_backend_manager
from mmdeploy.codebase.base import BaseBackendModel, End2EndBackendModel, build_backend_model
from mmdeploy.core import RewriterContext
from mmdeploy.utils import Backend, get_backend, get_codebase_config, get_partition_config, load_config

from .utils import (
    best_of_classes,
    get_mask_threshold,
    get_nms_params,
    get_post_processing_params,
    get_proposal_params,
)

# Heads that do not ask `bbox_coder.clip_border`: pixels from the border at which boxes end, or nowhere.
_CLIP_MARGINS = dict(YOLOXHead=None, YOLOV3Head=None, TOODHead=None, RepPointsHead=0, FoveaHead=1)

__BACKEND_MODEL = Registry('backend_detectors', build_func=build_backend_model)


def _clip_margin(model: mmcv.ConfigDict) -> int | None:
    """Return at how many pixels from the border of the image the boxes of a detector end; None: nowhere."""
    head = (model.get('roi_head', None) or model).get('bbox_head', None) or model.get('rpn_head', None) or {}
    head = head[-1] if isinstance(head, list | tuple) else head
    if head.get('type', None) in _CLIP_MARGINS:
        return _CLIP_MARGINS[head['type']]
    # Proposals that are not refined are clipped by the box head itself.
    clips = not head.get('with_reg', True) or (head.get('bbox_coder', None) or {}).get('clip_border', True)
    return 0 if clips else None


@__BACKEND_MODEL.register_module('end2end')
class End2EndModel(End2EndBackendModel):
    """A detector whose network runs in an engine, non-maximum suppression included. See `End2EndBackendModel`.

    Attributes:
        gives_proposals: it is a region proposal network, whose boxes have no classes.
        clip_margin: boxes end so many pixels before the border of the image without what pads it, as in mmdet; None:
            they may reach out of it.
        mask_threshold: score from which on a pixel belongs to an object.
    """
    gives_proposals = False
    clip_margin = None
    mask_threshold = 0.5

    def read_model_cfg(self, model_cfg: mmcv.Config) -> None:
        """Note what of a model config decides how its outputs become results."""
        model = model_cfg.model
        self.gives_proposals = model.type == 'RPN'
        self.clip_margin = _clip_margin(model)
        self.mask_threshold = get_mask_threshold(model_cfg)

    def forward(self, img: Sequence[torch.Tensor], img_metas: Sequence[Sequence[dict]], *args,
                rescale: bool = True, **kwargs) -> list:
        """Detect objects.

        Args:
            img: list whose first item is [B, C, H, W].
            img_metas: list whose first item has the meta information of each image.
            rescale: answer in pixels of the original image.

        Returns:
            Per image the boxes [n, 5] of each class; with masks a tuple of these and, for each class, a list of masks,
            bool [height, width]. For a region proposal network the proposals [n, 5] alone.
        """
        from mmdet.core import bbox2result
        outputs = self.forward_test(img[0].contiguous(), img_metas, *args, **kwargs)
        dets, labels, *masks = (value.detach().cpu().numpy() for value in outputs[:3])
        results = []
        for i, meta in enumerate(img_metas[0][:dets.shape[0]]):
            kept = dets[i, :, 4] > 0.0
            boxes, label = self._boxes_of_image(dets[i, kept], meta, rescale), labels[i, kept]
            if self.gives_proposals:
                results.append(boxes)
                continue
            result = bbox2result(boxes, label, len(self.CLASSES))
            if masks:
                result = result, self._masks_of_image(masks[0][i, kept], boxes, label, meta, rescale)
            results.append(result)
        return results

    def _boxes_of_image(self, boxes: np.ndarray, meta: dict, rescale: bool) -> np.ndarray:
        """Return boxes [n, 5] in pixels of the original image, or of the network's input."""
        if self.clip_margin is not None:
            # The network clips to its input, which may be padded.
            height, width = (size - self.clip_margin for size in meta['img_shape'][:2])
            boxes[:, :4] = np.minimum(boxes[:, :4], np.array([width, height] * 2, np.float32))
        if rescale:
            boxes[:, :4] /= np.asarray(meta['scale_factor'], np.float32)
        if 'border' in meta:
            # Some pipelines note the top left corner only.
            top, left = meta['border'][0], meta['border'][min(2, len(meta['border']) - 1)]
            boxes[:, :4] = np.maximum(boxes[:, :4] - np.array([left, top, left, top], np.float32), 0)
        return boxes

    def _masks_of_image(self, masks: np.ndarray, boxes: np.ndarray, labels: np.ndarray, meta: dict,
                        rescale: bool) -> list[list[np.ndarray]]:
        """Return the masks of each class, bool [height, width].

        Args:
            masks: what the network gives, [n, h, w]: scores in the boxes, or pixels of its input.
            boxes: [n, 5], in pixels of the result.
            labels: [n].
            meta: meta information of the image.
            rescale: the result has the pixels of the original image.
        """
        height, width = meta['ori_shape' if rescale else 'img_shape'][:2]
        is_pasted = get_post_processing_params(self.deploy_cfg).get('export_postprocess_mask', True)
        if is_pasted:
            masks = masks[:, :meta['img_shape'][0], :meta['img_shape'][1]]
        segments = [[] for _ in self.CLASSES]
        for mask, box, label in zip(masks, boxes, labels, strict=True):
            whole = _resize(mask, height, width) if is_pasted else _paste_scores(mask, box[:4], height, width)
            segments[int(label)].append(whole >= self.mask_threshold if whole.dtype != bool else whole)
        return segments

    @staticmethod
    def postprocessing_masks(det_bboxes: np.ndarray | torch.Tensor,
                             det_masks: np.ndarray | torch.Tensor,
                             img_w: int,
                             img_h: int,
                             device: str = 'cpu') -> torch.Tensor:
        """Paste the masks of boxes into images.

        Args:
            det_bboxes: [n, 4], x1, y1, x2, y2 in pixels.
            det_masks: [n, h, w], scores in the boxes.
            img_w, img_h: size of the image.
            device: where to compute.

        Returns:
            Scores [n, img_h, img_w], 0 outside of the boxes.
        """
        masks = torch.as_tensor(det_masks, device=device).float()
        boxes = torch.as_tensor(det_bboxes, device=device).float()
        count = masks.shape[0]
        if count == 0:
            return torch.zeros(0, img_h, img_w)

        def places(first: torch.Tensor, last: torch.Tensor, size: int) -> torch.Tensor:
            """Centres of pixels in units of a box: from -1 to 1."""
            pixels = torch.arange(size, device=device).float() + 0.5
            units = (pixels - first.unsqueeze(1)) / (last - first).unsqueeze(1) * 2 - 1
            return torch.where(torch.isinf(units), torch.zeros_like(units), units)

        x = places(boxes[:, 0], boxes[:, 2], img_w).unsqueeze(1).expand(count, img_h, img_w)
        y = places(boxes[:, 1], boxes[:, 3], img_h).unsqueeze(2).expand(count, img_h, img_w)
        grid = torch.stack([x, y], -1)
        return torch.nn.functional.grid_sample(masks.unsqueeze(1), grid, align_corners=False).squeeze(1)

    def forward_test(self, imgs: torch.Tensor, *args, **kwargs) -> list[torch.Tensor]:
        """Return dets [B, K, 5] and labels [B, K], and masks [B, K, h, w] if there are, of images [B, C, H, W]."""
        return self.wrapper.output_to_list(self.wrapper({self.input_name: imgs}))

    def show_result(self,
                    img: np.ndarray,
                    result: list,
                    win_name: str = '',
                    show: bool = True,
                    score_thr: float = 0.3,
                    out_file: str | None = None):
        """Draw a result; see `BaseDetector.show_result` of mmdet."""
        from mmdet.models import BaseDetector
        if self.gives_proposals:
            result = [result]  # boxes of one class
        return BaseDetector.show_result(
            self, img, result, score_thr=score_thr, show=show, win_name=win_name, out_file=out_file)


@__BACKEND_MODEL.register_module('single_stage')
class PartitionSingleStageModel(End2EndModel):
    """A one-stage detector that is cut before non-maximum suppression.

    Args:
        model_cfg: config of the model.
    """

    def __init__(self, *args, model_cfg: mmcv.Config, **kwargs):
        self.model_cfg = model_cfg
        super().__init__(*args, **kwargs)

    def _init_wrapper(self, **kwargs) -> None:
        self.output_names = ['scores', 'boxes']
        super()._init_wrapper(**kwargs)

    def partition0_postprocess(self, scores: torch.Tensor, bboxes: torch.Tensor) -> list[torch.Tensor]:
        """Select boxes.

        Args:
            scores: [B, N, C].
            bboxes: [B, N, 4].

        Returns:
            Dets [B, K, 5] and labels [B, K].
        """
        from mmdeploy.codebase.mmdet.core.post_processing import _multiclass_nms
        params = get_nms_params(self.deploy_cfg, self.model_cfg.model.test_cfg)
        if params['pre_top_k'] >= bboxes.shape[1]:
            params['pre_top_k'] = -1
        return list(_multiclass_nms(bboxes.cpu(), scores.cpu(), **params))

    def forward_test(self, imgs: torch.Tensor, *args, **kwargs) -> list[torch.Tensor]:
        outputs = self.wrapper({self.input_name: imgs})
        return self.partition0_postprocess(outputs['scores'], outputs['boxes'])


@__BACKEND_MODEL.register_module('yolov3_partition')
class PartitionYOLOV3Model(PartitionSingleStageModel):
    """YOLOv3 that is cut in front of its decoding."""

    def _init_wrapper(self, **kwargs) -> None:
        from mmdet.models.builder import build_head
        self.bbox_head = build_head(self.model_cfg.model.bbox_head)
        self.bbox_head.test_cfg = self.model_cfg.model.test_cfg
        self.output_names = [f'pred_maps.{i}' for i in range(len(self.bbox_head.featmap_strides))]
        End2EndModel._init_wrapper(self, **kwargs)

    def forward_test(self, imgs: torch.Tensor, img_metas: Sequence[Sequence[dict]], *args,
                     **kwargs) -> list[torch.Tensor]:
        outputs = self.wrapper({self.input_name: imgs})
        maps = [outputs[name].cpu() for name in self.output_names]
        with RewriterContext(self.deploy_cfg, get_backend(self.deploy_cfg).value):
            return list(self.bbox_head.get_bboxes(maps, img_metas[0]))


@__BACKEND_MODEL.register_module('two_stage')
class PartitionTwoStageModel(End2EndModel):
    """A two-stage detector that is cut before the proposals are selected, and around its box head.

    Args:
        model_cfg: config of the model.
    """

    def __init__(self, *args, model_cfg: mmcv.Config, **kwargs):
        from mmdet.models.builder import build_head, build_roi_extractor
        self.model_cfg = model_cfg
        super().__init__(*args, **kwargs)
        roi_head = model_cfg.model.roi_head
        self.bbox_roi_extractor = build_roi_extractor(roi_head.bbox_roi_extractor)
        self.bbox_head = build_head(roi_head.bbox_head)
        self.bbox_head.test_cfg = model_cfg.model.test_cfg.rcnn

    def _init_wrapper(self, backend: Backend, backend_files: Sequence[str], device: str) -> None:
        get_backend_manager(backend)  # imports the package that knows it
        count = get_backend_file_count(backend)
        feats = [f'feat.{i}' for i in range(self.model_cfg.model.neck.num_outs)]

        def build(files: Sequence[str], input_name: str, output_names: list[str]):
            return BaseBackendModel._build_wrapper(
                backend=backend, backend_files=files, device=device, input_names=[input_name],
                output_names=output_names, deploy_cfg=self.deploy_cfg)

        self._feats = feats
        self.first_wrapper = build(backend_files[:count], 'input', feats + ['scores', 'boxes'])
        self.second_wrapper = build(backend_files[count:2 * count], 'bbox_feats', ['cls_score', 'bbox_pred'])

    def partition0_postprocess(self, x: Sequence[torch.Tensor], scores: torch.Tensor,
                               bboxes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Select proposals and crop their features.

        Args:
            x: features of each level, [B, C, H, W].
            scores: [B, N, levels], 0 but for the level that a box belongs to.
            bboxes: [B, N, 4].

        Returns:
            Proposals [B, M, 5], their image first, and features [B * M, C, h, w].
        """
        from mmdeploy.codebase.mmdet.core.post_processing import _multiclass_nms
        params = get_proposal_params(self.deploy_cfg, self.model_cfg.model.test_cfg.rpn)
        # Some engines leave it to us to take the best of each level.
        scores = best_of_classes(scores.cpu(), params.pop('nms_pre'))
        proposals, _ = _multiclass_nms(bboxes.cpu(), scores, **params)
        image = torch.arange(proposals.shape[0], dtype=proposals.dtype).view(-1, 1, 1).expand(-1, proposals.shape[1], 1)
        rois = torch.cat([image, proposals[..., :4]], -1)
        levels = [feat.cpu() for feat in x[:self.bbox_roi_extractor.num_inputs]]
        return rois, self.bbox_roi_extractor(levels, rois.flatten(0, 1))

    def partition1_postprocess(self, rois: torch.Tensor, cls_score: torch.Tensor, bbox_pred: torch.Tensor,
                               img_metas: Sequence[Sequence[dict]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Refine and select boxes; see `select_boxes`.

        Args:
            rois: [B, M, 5], image and x1, y1, x2, y2; rows of zeros stand for no proposal.
            cls_score: [B * M, classes + 1].
            bbox_pred: [B * M, 4 or classes * 4].
            img_metas: list whose first item has the meta information of each image: boxes end where the image does.

        Returns:
            Dets [B, K, 5] and labels [B, K]; what an image has fewer than another one is filled up by zeros.
        """
        from mmdeploy.codebase.mmdet.models.roi_heads.bbox_head import select_boxes
        batch, number = rois.shape[:2]
        cls_score, bbox_pred = (values.cpu().view(batch, number, -1) for values in (cls_score, bbox_pred))
        is_proposal = (rois[..., 1:] != 0).any(-1, keepdim=True)
        found = []
        for i, meta in enumerate(img_metas[0][:batch]):
            dets, labels = select_boxes(self.deploy_cfg, self.bbox_head, rois[i:i + 1], cls_score[i:i + 1],
                                        bbox_pred[i:i + 1], meta['img_shape'][:2], is_proposal[i:i + 1])
            found.append((dets[0], labels[0]))
        dets, labels = (torch.nn.utils.rnn.pad_sequence(rows, batch_first=True) for rows in zip(*found, strict=True))
        return dets, labels

    def forward_test(self, imgs: torch.Tensor, img_metas: Sequence[Sequence[dict]], *args,
                     **kwargs) -> list[torch.Tensor]:
        outputs = self.first_wrapper({'input': imgs})
        rois, feats = self.partition0_postprocess([outputs[name] for name in self._feats], outputs['scores'],
                                                  outputs['boxes'])
        outputs = self.second_wrapper({'bbox_feats': feats})
        return list(self.partition1_postprocess(rois, outputs['cls_score'], outputs['bbox_pred'], img_metas))


@__BACKEND_MODEL.register_module('ncnn_end2end')
class NCNNEnd2EndModel(End2EndModel):
    """A one-stage detector whose network ends in ncnn's own layer DetectionOutput.

    Args:
        model_cfg: config of the model.
    """

    def __init__(self, backend: Backend, backend_files: Sequence[str], device: str, class_names: Sequence[str],
                 model_cfg: mmcv.Config, deploy_cfg: mmcv.Config, **kwargs):
        assert backend == Backend.NCNN, f'only supported ncnn, but give {backend.value}'
        self.model_cfg = model_cfg
        super().__init__(backend, backend_files, device, class_names, deploy_cfg, **kwargs)

    def forward_test(self, imgs: torch.Tensor, *args, **kwargs) -> list[torch.Tensor]:
        """Return dets [1, K, 5] in pixels and labels [1, K] of an image [1, C, H, W].

        The layer gives rows of label (from 1 on), score and corners in units of the image, or nothing at all.
        """
        rows = next(iter(self.wrapper({self.input_name: imgs}).values()))
        if rows is None:
            return [torch.zeros(1, 0, 5), torch.zeros(1, 0)]
        height, width = imgs.shape[2:]
        corners = rows[..., 2:6] * rows.new_tensor([width, height, width, height])
        return [torch.cat([corners, rows[..., 1:2]], -1), rows[..., 0] - 1]


@__BACKEND_MODEL.register_module('sdk')
class SDKEnd2EndModel(End2EndModel):
    """A detector that the SDK runs, pre- and post-processing included."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.has_mask = bool(get_codebase_config(self.deploy_cfg).get('has_mask', False))

    def forward(self, img: Sequence[torch.Tensor], img_metas: Sequence[Sequence[dict]], *args, **kwargs) -> list:
        """Detect objects in an image, the first of `img`: [1, H, W, 3] or [H, W, 3].

        Returns:
            A list with the boxes [n, 5] of each class, and with masks the tuple of these and the masks of each class.
        """
        from mmdet.core import bbox2result
        image = img[0].contiguous().detach().cpu().numpy()
        dets, labels, masks = self.wrapper.invoke(image)
        boxes = bbox2result(dets, labels, len(self.CLASSES))
        if not self.has_mask:
            return [boxes]
        segments = [[] for _ in self.CLASSES]
        height, width = image.shape[-3:-1]  # before any preprocessing
        for label, box, mask in zip(labels, dets, masks, strict=True):
            segments[label].append(_paste(mask, box, height, width))
        return [(boxes, segments)]


def _paste_scores(mask: np.ndarray, box: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return scores [height, width] of an image; `mask` [h, w] has those in the box."""
    from mmdet.models.roi_heads.mask_heads.fcn_mask_head import _do_paste_mask
    scores, place = _do_paste_mask(torch.from_numpy(np.ascontiguousarray(mask))[None, None],
                                   torch.from_numpy(box)[None], height, width, skip_empty=True)
    whole = np.zeros((height, width), np.float32)
    whole[place] = scores[0].numpy()
    return whole


def _resize(mask: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return [height, width] of the nearest pixels of a mask [h, w]."""
    if mask.shape == (height, width):
        return mask
    pixels = torch.from_numpy(mask.astype(np.float32))[None, None]
    return torch.nn.functional.interpolate(pixels, size=(height, width))[0, 0].numpy()


def _paste(mask: np.ndarray, box: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return the mask of a box as one of the image: bool [height, width]. It is one, or begins outside of the box."""
    if mask.shape == (height, width):
        return mask != 0
    whole = np.zeros((height, width), bool)
    left, top = (max(int(np.floor(side)) - 1, 0) for side in box[:2])
    part = mask[:max(height - top, 0), :max(width - left, 0)]
    whole[top:top + part.shape[0], left:left + part.shape[1]] = part != 0
    return whole


def get_classes_from_config(model_cfg: str | mmcv.Config, **kwargs) -> Sequence[str]:
    """Return the name of each label: `classes` as a list, or what the data sets of the config say, as it stands there.

    Raises:
        RuntimeError: the config names none.
    """
    from mmdet.datasets import DATASETS
    model_cfg = load_config(model_cfg)[0]
    if 'classes' in model_cfg:
        return list(model_cfg['classes'])
    for part in ('test', 'val', 'train'):
        cfg = model_cfg.get('data', {}).get(part, {})
        if 'classes' in cfg:
            return list(cfg['classes'])
        dataset = DATASETS.module_dict.get(cfg.get('type', None))
        if dataset is not None and dataset.CLASSES is not None:
            return dataset.CLASSES
    raise RuntimeError('model config: neither `classes` nor a data set with classes is in data.test, val or train')


def build_object_detection_model(model_files: Sequence[str], model_cfg: str | mmcv.Config,
                                 deploy_cfg: str | mmcv.Config, device: str, **kwargs) -> BaseBackendModel:
    """Load a converted detector.

    Args:
        model_files: files of the model.
        model_cfg: config of the model.
        deploy_cfg: deploy config.
        device: e.g. `cpu` or `cuda:0`.
    """
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    partition = get_partition_config(deploy_cfg)
    if partition is not None:
        model_type = partition.get('type', None)
        kwargs['model_cfg'] = model_cfg
    else:
        model_type = get_codebase_config(deploy_cfg).get('model_type', 'end2end')
        if model_type == 'ncnn_end2end':
            kwargs['model_cfg'] = model_cfg
    model = __BACKEND_MODEL.build(
        model_type,
        backend=get_backend(deploy_cfg),
        backend_files=model_files,
        device=device,
        class_names=get_classes_from_config(model_cfg),
        deploy_cfg=deploy_cfg,
        **kwargs)
    model.read_model_cfg(model_cfg)
    return model
