"""A model in an engine that answers like the model of its code base."""
from abc import ABCMeta, abstractmethod
from collections.abc import Sequence

import mmcv
import numpy as np
import torch

from mmdeploy.backend.base import get_backend_manager
from mmdeploy.utils import Backend, get_ir_config


class BaseBackendModel(torch.nn.Module, metaclass=ABCMeta):
    """Base of the models that `init_backend_model` returns.

    Attributes:
        input_name: first of `ir_config.input_names`, or `'input'`.
        output_names: `ir_config.output_names`, or `['output']`.
        deploy_cfg: deploy config.
    """

    def __init__(self,
                 deploy_cfg: str | mmcv.Config | None = None,
                 *args,
                 **kwargs):
        ir_config = {} if deploy_cfg is None else get_ir_config(deploy_cfg)
        input_names = ir_config.get('input_names', None)
        output_names = ir_config.get('output_names', None)
        self.input_name = input_names[0] if input_names else 'input'
        self.output_names = output_names if output_names else ['output']
        super().__init__()
        self.deploy_cfg = deploy_cfg

    @staticmethod
    def _build_wrapper(backend: Backend,
                       backend_files: Sequence[str],
                       device: str,
                       input_names: Sequence[str] | None = None,
                       output_names: Sequence[str] | None = None,
                       deploy_cfg: mmcv.Config | None = None,
                       *args,
                       **kwargs) -> torch.nn.Module:
        """Load the files of a model into an engine.

        Raises:
            NotImplementedError: there is no such engine.
            ImportError: the engine is not installed.
        """
        manager = get_backend_manager(backend)
        return manager.build_wrapper(
            backend_files,
            device,
            input_names=input_names,
            output_names=output_names,
            deploy_cfg=deploy_cfg,
            **kwargs)

    def _init_wrapper(self, backend: Backend, backend_files: Sequence[str],
                      device: str, **kwargs) -> None:
        """Load the files; `self.wrapper` is what runs."""
        self.wrapper = BaseBackendModel._build_wrapper(
            backend=backend,
            backend_files=backend_files,
            device=device,
            input_names=[self.input_name],
            output_names=self.output_names,
            deploy_cfg=self.deploy_cfg,
            **kwargs)

    def _run_network(self, imgs: torch.Tensor) -> list[np.ndarray]:
        """Return the outputs of `self.wrapper` for its one input [B, C, H, W], in the order of `output_names`."""
        outputs = self.wrapper({self.input_name: imgs})
        return [output.detach().cpu().numpy() for output in self.wrapper.output_to_list(outputs)]

    @abstractmethod
    def forward(self, *args, **kwargs):
        """Run the model."""

    @abstractmethod
    def show_result(self, *args, **kwargs):
        """Draw a result into its image."""


class End2EndBackendModel(BaseBackendModel):
    """A model that is one network in an engine.

    Args:
        backend: the engine.
        backend_files: files of the model.
        device: e.g. `cpu` or `cuda:0`.
        class_names: name of each label.
        deploy_cfg: deploy config.
        kwargs: passed to the engine's wrapper.
    """

    def __init__(self,
                 backend: Backend,
                 backend_files: Sequence[str],
                 device: str,
                 class_names: Sequence[str],
                 deploy_cfg: str | mmcv.Config | None = None,
                 **kwargs):
        super().__init__(deploy_cfg=deploy_cfg)
        self.CLASSES = class_names
        self.device = device
        self._init_wrapper(
            backend=backend,
            backend_files=backend_files,
            device=device,
            **kwargs)
