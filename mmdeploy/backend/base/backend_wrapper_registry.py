"""Registry of the classes that run a model in an engine."""
from mmcv.utils import Registry

from mmdeploy.utils import Backend


def _get_class(backend: Backend, registry: Registry) -> type:
    """Return the class; a backend is never instantiated by the registry."""
    return registry.module_dict[backend.value]


BACKEND_WRAPPER = Registry('backend', build_func=_get_class)


def get_backend_wrapper_class(backend: Backend) -> type:
    """Return the wrapper class of a backend.

    Raises:
        KeyError: its package was not imported, or it is not available.
    """
    return BACKEND_WRAPPER.build(backend)


def get_backend_file_count(backend: Backend) -> int:
    """Return how many files a model has in a backend."""
    return get_backend_wrapper_class(backend).get_backend_file_count()
