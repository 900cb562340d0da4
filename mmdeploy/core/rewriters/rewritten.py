"""What a model asks of its parts before it is exported: that a rewrite lets them answer for a whole batch."""
import torch

from .rewriter_manager import FUNCTION_REWRITER
from .served import NotServedError


def _served(method: str, package: str) -> list[str]:
    """Return the names of the classes of a package whose method a rewrite makes convertible."""
    found = set()
    for path, records in FUNCTION_REWRITER._registry._rewrite_records.items():
        if path.startswith(f'{package}.') and path.endswith(f'.{method}'):
            for record in records:
                found |= set(record.get('classes') or [path.rpartition('.')[0]])
    return sorted({path.rpartition('.')[2] for path in found})


def check_rewritten(instance: torch.nn.Module, method: str) -> None:
    """Refuse a part of a model that would answer image by image, as code bases do.

    Args:
        instance: a model or head.
        method: the method that is called.

    Raises:
        NotServedError: no rewrite of the method applies to the class; names it, and those that can be converted.
    """
    cls = type(instance)
    if hasattr(getattr(cls, method, None), 'mmdeploy_origin_func'):
        return
    # A class of a user's own is of no package with rewrites; its bases are.
    packages = dict.fromkeys(base.__module__.partition('.')[0] for base in cls.__mro__)
    served = next(filter(None, (_served(method, package) for package in packages)), [])
    supported = f'supported: {", ".join(served)}; or ' if served else ''
    raise NotServedError(
        f'{cls.__module__}.{cls.__name__} cannot be converted: it answers image by image, and no rewrite does it for a '
        f"batch; {supported}register a rewrite of '{cls.__module__}.{cls.__name__}.{method}'")
