"""What heads give to detectors."""
from typing import Any

import torch

from mmdeploy.core.rewriters.served import NotServedError


def tensors_of(results: Any, head: torch.nn.Module) -> Any:
    """Return the results of a head that a rewrite made: tensors of a whole batch.

    Raises:
        NotServedError: they are those of mmdet, a list with the boxes of each image.
    """
    if isinstance(results, list):
        cls = type(head)
        raise NotServedError(
            f'{cls.__module__}.{cls.__name__} cannot be converted: it selects boxes image by image, and no rewrite '
            f"does it for a batch; register one of '{cls.__module__}.{cls.__name__}.get_bboxes'")
    return results
