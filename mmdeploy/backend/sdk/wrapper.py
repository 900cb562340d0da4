"""Runs an SDK model."""
from typing import Any

from mmdeploy.backend.base.backend_wrapper_registry import BACKEND_WRAPPER
from mmdeploy.backend.base.base_wrapper import BaseWrapper
from mmdeploy.backend.base.native import import_native, split_device
from mmdeploy.utils import Backend
from mmdeploy.utils.timer import TimeCounter


@BACKEND_WRAPPER.register_module(Backend.SDK.value)
class SDKWrapper(BaseWrapper):
    """A task of the SDK, which takes images instead of tensors.

    Args:
        model_file: folder or zip file of the SDK model.
        task_name: class of the SDK, e.g. `Classifier`.
        device: `cpu` or `cuda:<index>`.

    Raises:
        RuntimeError: the model can't be loaded; the message says why.
    """

    def __init__(self, model_file: str, task_name: str, device: str):
        super().__init__([])
        native = import_native()
        if not hasattr(native, task_name):
            raise NotImplementedError(
                f'the SDK has no task {task_name!r}, it was built without it')
        device_name, device_id = split_device(device)
        # As with checkpoints: what the converter is told to read is trusted.
        self.handle = getattr(native, task_name)(
            model_file, device_name, device_id, trusted=True)

    @TimeCounter.count_time(Backend.SDK.value)
    def invoke(self, imgs: Any) -> Any:
        """Run one image, uint8 [H, W, C] in BGR order."""
        return self.handle(imgs)

    def forward(self, *args, **kwargs):
        """Not available: the SDK takes images, see `invoke`."""
        raise NotImplementedError('an SDK model takes images, call invoke()')
