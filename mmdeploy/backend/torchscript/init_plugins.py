"""Finds the library of custom operators."""
import os.path as osp

from mmdeploy.utils import get_file_path


def get_ops_path() -> str:
    """Return the path of the library, `''` when there is none."""
    package = osp.dirname(osp.dirname(osp.dirname(__file__)))
    return get_file_path(package, [
        'lib/libmmdeploy_torchscript_ops.so',
        '../build/lib/libmmdeploy_torchscript_ops.so'
    ])


def ops_available() -> bool:
    """Tell whether there is a library of custom operators."""
    return osp.exists(get_ops_path())
