"""Pose detectors in an engine."""
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import mmcv
import numpy as np
import torch
from mmcv.utils import Registry

from mmdeploy.codebase.base import BaseBackendModel, End2EndBackendModel, build_backend_model, build_configured_model
from mmdeploy.utils import Backend, load_config

__BACKEND_MODEL = Registry('backend_pose_detectors', build_func=build_backend_model)


def build_pose_head(model_cfg: mmcv.Config) -> torch.nn.Module:
    """Return the head of a model config, whose `decode` makes key points of what the network gives."""
    from mmpose.models import builder
    model = deepcopy(model_cfg.model)
    head = model.keypoint_head
    head.update(train_cfg=model.get('train_cfg', None), test_cfg=model.get('test_cfg', None) or {})
    return builder.build_head(head)


@__BACKEND_MODEL.register_module('end2end')
class End2EndModel(End2EndBackendModel):
    """A pose detector whose network runs in an engine; mmpose decodes. See `End2EndBackendModel`.

    Args:
        backend: the engine.
        backend_files: files of the model.
        device: e.g. `cpu` or `cuda:0`.
        deploy_cfg: deploy config.
        model_cfg: config of the model.
        kwargs: passed to the engine's wrapper.
    """

    def __init__(self,
                 backend: Backend,
                 backend_files: Sequence[str],
                 device: str,
                 deploy_cfg: str | mmcv.Config | None = None,
                 model_cfg: mmcv.Config | None = None,
                 **kwargs):
        super().__init__(backend, backend_files, device, (), deploy_cfg, **kwargs)
        self.model_cfg = model_cfg
        self.base_head = build_pose_head(model_cfg)

    def forward(self, img: torch.Tensor, img_metas: Sequence[dict], *args, **kwargs) -> dict:
        """Find key points.

        Args:
            img: [B, 3, H, W], a box each.
            img_metas: of each box, with `center` and `scale`.

        Returns:
            What `TopDown` of mmpose answers: `preds` [B, K, 3] (x, y, score), `boxes` [B, 6], `image_paths`,
            `bbox_ids`.
        """
        output = self.forward_test(img, *args, **kwargs)[0]
        height, width = img.shape[2:]
        return self.base_head.decode(img_metas, output, img_size=[width, height])

    def forward_test(self, imgs: torch.Tensor, *args, **kwargs) -> list[np.ndarray]:
        """Return the outputs of the network: maps [B, K, H, W], or places [B, K, 2 or 4]."""
        return self._run_network(imgs.contiguous())

    def show_result(self,
                    img: np.ndarray,
                    result: list,
                    win_name: str = '',
                    skeleton: Sequence | None = None,
                    pose_kpt_color: np.ndarray | None = None,
                    pose_link_color: np.ndarray | None = None,
                    show: bool = False,
                    out_file: str | None = None,
                    **kwargs):
        """Draw a result; see `TopDown.show_result` of mmpose."""
        from mmpose.models.detectors import TopDown
        return TopDown.show_result(
            self,
            img,
            result,
            skeleton=skeleton,
            pose_kpt_color=pose_kpt_color,
            pose_link_color=pose_link_color,
            show=show,
            win_name=win_name,
            out_file=out_file,
            **kwargs)


@__BACKEND_MODEL.register_module('sdk')
class SDKEnd2EndModel(End2EndModel):
    """A pose detector that the SDK runs, pre- and post-processing included.

    Raises:
        KeyError: the deploy config lacks `ext_info.image_size`.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        info = self.deploy_cfg.get('ext_info', None) or {}
        if 'image_size' not in info:
            raise KeyError('deploy config: ext_info.image_size is missing: [width, height] of the network, by which '
                           'boxes are widened')
        self.image_size = info['image_size']
        self.padding = info.get('padding', 1.25)

    def _xywh2cs(self, x: float, y: float, w: float, h: float, padding: float = 1.25) -> tuple[np.ndarray, np.ndarray]:
        """Return centre and scale (units of 200 pixels) of a box, widened to the aspect ratio of the network."""
        from mmpose.core.bbox import bbox_xywh2cs
        return bbox_xywh2cs(np.array([x, y, w, h], np.float32), self.image_size[0] / self.image_size[1], padding, 200.)

    def _xywh2xyxy(self, x: float, y: float, w: float, h: float) -> list[float]:
        """Return left, top, right, bottom of a box; the last pixel belongs to it."""
        return [float(x), float(y), float(x + w - 1), float(y + h - 1)]

    def forward(self, img: torch.Tensor | Sequence, img_metas: Sequence[dict] = (), *args, **kwargs) -> dict:
        """Find key points.

        Args:
            img: [B, H, W, 3] in BGR order.
            img_metas: of each image its `bbox` (x, y, w, h), else the whole is the box.
        """
        result = dict(preds=[], boxes=[], image_paths=[], bbox_ids=[])
        for i, pixels in enumerate(img):
            meta = img_metas[i] if i < len(img_metas) else {}
            pixels = np.ascontiguousarray(torch.as_tensor(pixels).detach().cpu().numpy())
            box = meta.get('bbox', None)
            box = [0, 0, pixels.shape[1], pixels.shape[0]] if box is None else list(box)[:4]
            found = self.wrapper.handle(pixels, [self._xywh2xyxy(*box)])
            center, scale = self._xywh2cs(*box, self.padding)
            score = float(np.reshape(meta.get('bbox_score', 1.0), -1)[0])
            result['preds'].append(found[0])
            result['boxes'].append([*center, *scale, np.prod(scale * 200.0), score])
            result['image_paths'].append(meta.get('image_file', None))
            result['bbox_ids'].append(meta.get('bbox_id', 0))
        return dict(result, preds=np.stack(result['preds']), boxes=np.array(result['boxes'], np.float32),
                    output_heatmap=None)


def build_pose_detection_model(model_files: Sequence[str], model_cfg: str | mmcv.Config,
                               deploy_cfg: str | mmcv.Config, device: str, **kwargs: Any) -> BaseBackendModel:
    """Load a converted pose detector.

    Args:
        model_files: files of the model.
        model_cfg: config of the model.
        deploy_cfg: deploy config.
        device: e.g. `cpu` or `cuda:0`.
    """
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    return build_configured_model(__BACKEND_MODEL, model_files, deploy_cfg, device, model_cfg=model_cfg, **kwargs)
