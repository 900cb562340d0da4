"""Versions of the libraries that rewrites may depend on."""
import importlib
import importlib.metadata
import sys

from .constants import Codebase

# Distribution names that differ from the import name.
_DISTRIBUTIONS = {'mmseg': 'mmsegmentation', 'mmcv': 'mmcv-full'}


def get_library_version(lib: str) -> str | None:
    """Return the version of an importable library, or None.

    A library that is not imported yet is asked through its package metadata,
    because importing all code bases takes seconds.
    """
    if lib not in sys.modules:
        try:
            return importlib.metadata.version(_DISTRIBUTIONS.get(lib, lib))
        except importlib.metadata.PackageNotFoundError:
            pass
    try:
        return getattr(importlib.import_module(lib), '__version__', None)
    except Exception:  # a broken installation counts as absent
        return None


def get_codebase_version() -> dict[str, str | None]:
    """Return the version of every code base, None where it is missing."""
    return {c.value: get_library_version(c.value) for c in Codebase}


def get_backend_version() -> dict[str, str | None]:
    """Return the versions of the engines that have a Python package."""
    names = ('tensorrt', 'onnxruntime', 'ncnn')
    return {name: get_library_version(name) for name in names}
