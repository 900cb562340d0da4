"""Restorers in an engine."""
import os.path as osp
from collections.abc import Sequence
from typing import Any

import mmcv
import numpy as np
import torch
from mmcv.utils import Registry

from mmdeploy.codebase.base import BaseBackendModel, build_backend_model, build_configured_model
from mmdeploy.utils import Backend, load_config

__BACKEND_MODEL = Registry('backend_models', build_func=build_backend_model)


@__BACKEND_MODEL.register_module('end2end')
class End2EndModel(BaseBackendModel):
    """A restorer whose network runs in an engine.

    Args:
        backend: the engine.
        backend_files: files of the model.
        device: e.g. `cpu` or `cuda:0`.
        model_cfg: config of the model, whose `test_cfg` names the metrics.
        deploy_cfg: deploy config.
        kwargs: passed to the engine's wrapper.
    """

    def __init__(self,
                 backend: Backend,
                 backend_files: Sequence[str],
                 device: str,
                 model_cfg: mmcv.Config,
                 deploy_cfg: str | mmcv.Config | None = None,
                 **kwargs):
        super().__init__(deploy_cfg=deploy_cfg)
        from mmedit.core import psnr, ssim
        self.test_cfg = model_cfg.test_cfg
        self.allowed_metrics = {'PSNR': psnr, 'SSIM': ssim}
        self._init_wrapper(backend, backend_files, device, **kwargs)

    def forward(self, lq: torch.Tensor, test_mode: bool = False, *args, **kwargs) -> list | dict:
        """Restore images.

        Args:
            lq: [B, C, H, W], RGB in 0..1.
            test_mode: answer what mmedit's data sets evaluate, see `forward_test`.

        Returns:
            The outputs as arrays, [B, C, H, W] each, or a dict.
        """
        return self.forward_test(lq, *args, **kwargs) if test_mode else self.forward_dummy(lq, *args, **kwargs)

    def forward_dummy(self, lq: torch.Tensor, *args, **kwargs) -> list[np.ndarray]:
        """Return the outputs of the network."""
        return self._run_network(lq.contiguous())

    def forward_test(self,
                     lq: torch.Tensor,
                     gt: torch.Tensor | None = None,
                     meta: Sequence[dict] | None = None,
                     save_path: str | None = None,
                     *args,
                     **kwargs) -> dict:
        """Restore and evaluate; `save_path` is a folder that gets the images."""
        outputs = self.forward_dummy(lq)
        if save_path is not None:
            from mmedit.core import tensor2img
            name = osp.splitext(osp.basename(meta[0]['lq_path']))[0]
            mmcv.imwrite(tensor2img(torch.from_numpy(outputs[0])), osp.join(save_path, f'{name}.png'))
        return self.test_post_process(outputs, lq, gt)

    def evaluate(self, output: torch.Tensor, gt: torch.Tensor) -> dict[str, float]:
        """Return the metrics of `test_cfg` between two batches [B, C, H, W]."""
        from mmedit.core import tensor2img
        border = self.test_cfg.crop_border
        restored, truth = tensor2img(output), tensor2img(gt)
        unknown = set(self.test_cfg.metrics) - set(self.allowed_metrics)
        if unknown:
            raise ValueError(f'model config: test_cfg.metrics names {", ".join(sorted(map(str, unknown)))}, allowed: '
                             f'{", ".join(self.allowed_metrics)}')
        return {name: self.allowed_metrics[name](restored, truth, border) for name in self.test_cfg.metrics}

    def test_post_process(self,
                          outputs: Sequence[np.ndarray],
                          lq: torch.Tensor,
                          gt: torch.Tensor | None = None) -> dict:
        """Return the metrics, if the model config names some, else the images."""
        output = torch.as_tensor(outputs[0])
        if self.test_cfg is not None and self.test_cfg.get('metrics', None):
            assert gt is not None, 'evaluation with metrics must have gt images.'
            return dict(eval_result=self.evaluate(output, gt))
        results = dict(lq=lq.cpu(), output=output)
        if gt is not None:
            results['gt'] = gt.cpu()
        return results

    def show_result(self, *args, **kwargs):
        raise NotImplementedError('mmedit draws restored images by the task processor, see SuperResolution.visualize')


@__BACKEND_MODEL.register_module('sdk')
class SDKEnd2EndModel(End2EndModel):
    """A restorer that the SDK runs, pre- and post-processing included."""

    def forward(self, lq: torch.Tensor, gt: torch.Tensor | None = None, test_mode: bool = False, *args,
                **kwargs) -> list | dict:
        """Restore an image [1, C, H, W], RGB in 0..1.

        Returns:
            A list with the image [H, W, C], RGB in 0..255, or what `test_post_process` makes of it.
        """
        from mmedit.core import tensor2img
        output = self.wrapper.invoke(tensor2img(lq))
        if not test_mode:
            return [output]
        planes = torch.from_numpy(output).permute(2, 0, 1)[None].float() / 255
        return self.test_post_process([planes], lq, gt)


def build_super_resolution_model(model_files: Sequence[str], model_cfg: str | mmcv.Config,
                                 deploy_cfg: str | mmcv.Config, device: str, **kwargs: Any) -> BaseBackendModel:
    """Load a converted restorer.

    Args:
        model_files: files of the model.
        model_cfg: config of the model.
        deploy_cfg: deploy config.
        device: e.g. `cpu` or `cuda:0`.
    """
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    return build_configured_model(__BACKEND_MODEL, model_files, deploy_cfg, device, model_cfg=model_cfg, **kwargs)
