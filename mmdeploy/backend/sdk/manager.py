"""What the converter asks the SDK."""

import torch

import mmdeploy.backend.sdk as package
from mmdeploy.backend.base.backend_manager import BackendManager, Wanted
from mmdeploy.backend.base.native import import_native
from mmdeploy.utils import SDK_TASK_MAP, get_task_type


class Manager(BackendManager):
    """The SDK loads the folder that holds the model."""

    @staticmethod
    def is_available() -> bool:
        return package.is_available()

    @staticmethod
    def get_version() -> str | None:
        return import_native().__version__ if package.is_available() else None

    @staticmethod
    def check_convertible() -> None:
        raise ValueError(
            "deploy config: backend_config.type is 'sdk', which runs models that are converted: give it to "
            'tools/test.py or tools/profile.py with --model FOLDER. To make such a folder, convert with the config of '
            'an engine, e.g. ..._onnxruntime_dynamic.py, and --dump-info')

    @staticmethod
    def load(wanted: Wanted) -> torch.nn.Module:
        assert wanted.deploy_cfg is not None, 'Building SDKWrapper requires deploy_cfg'
        from mmdeploy.backend.sdk import SDKWrapper
        task = get_task_type(wanted.deploy_cfg)
        return SDKWrapper(
            model_file=wanted.files[0],
            task_name=SDK_TASK_MAP[task]['cls_name'],
            device=wanted.device)
