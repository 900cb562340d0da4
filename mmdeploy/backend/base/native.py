"""Finds the compiled modules: `mmdeploy_python` drives the engines."""
import functools
import importlib
import importlib.util
import os.path as osp
import sys
from types import ModuleType

from mmdeploy.utils import get_file_path

_MODULE = 'mmdeploy_python'


@functools.cache
def _extend_path() -> None:
    """Make the module of a build tree importable, after installed ones."""
    root = osp.dirname(osp.dirname(osp.dirname(osp.dirname(__file__))))
    library = get_file_path(root, [
        f'build/lib/{_MODULE}.*so', f'build/lib/{_MODULE}.*pyd',
        f'build/bin/*/{_MODULE}.*pyd'
    ])
    if library:
        sys.path.append(osp.dirname(library))


def is_native_available(module: str = _MODULE) -> bool:
    """Tell whether a compiled module is installed or built."""
    _extend_path()
    return importlib.util.find_spec(module) is not None


def import_native(module: str = _MODULE) -> ModuleType:
    """Return a compiled module.

    Raises:
        ImportError: it is neither installed nor built.
    """
    if not is_native_available(module):
        raise ImportError(
            f'{module} is not installed and not in build/lib: build it with '
            '"./dev build", or install its wheel')
    return importlib.import_module(module)


def get_engine_version(name: str) -> str | None:
    """Return the version of an engine's library, None when it is missing."""
    if not is_native_available():
        return None
    try:
        return import_native().engine_version(name)
    except RuntimeError:
        return None


def explain_missing_engine(name: str) -> str:
    """Return why an engine can't be used, and what to do about it."""
    try:
        import_native().engine_version(name)
    except (ImportError, RuntimeError) as error:
        return str(error)
    return f'engine {name!r} is available'


def split_device(device: str) -> tuple[str, int]:
    """Split `cuda:1` into ('cuda', 1); the index is 0 when left out."""
    name, _, index = device.partition(':')
    if index and not index.isdigit():
        raise ValueError(f'device is {device!r}, expected "<name>" or '
                         '"<name>:<index>", e.g. "cuda:0"')
    return name, int(index or 0)
