"""Our operators as TorchScript calls them."""
from collections.abc import Callable

import torch


def torchscript_operator(name: str) -> Callable:
    """Return `torch.ops.mmdeploy.<name>`.

    Args:
        name: of an operator of the domain mmdeploy, e.g. `TRTBatchedNMS` (docs/en/ops.md).

    Raises:
        ImportError: the library of operators is not there.
    """
    if not hasattr(torch.ops.mmdeploy, name):
        from mmdeploy.backend.torchscript import get_ops_path
        path = get_ops_path()
        if not path:
            raise ImportError(
                f'the operator mmdeploy::{name} is needed to convert this model to TorchScript, but the library '
                'libmmdeploy_torchscript_ops.so was not found: build the engine torchscript, or name the library in '
                'MMDEPLOY_TORCHSCRIPT_OPS_LIBRARY')
        torch.ops.load_library(path)
    return getattr(torch.ops.mmdeploy, name)
