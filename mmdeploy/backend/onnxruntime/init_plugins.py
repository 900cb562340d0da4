"""Finds the library of custom operators."""
import os.path as osp

from mmdeploy.utils import get_file_path


def get_ops_path() -> str:
    """Return the path of the library, `''` when there is none."""
    package = osp.dirname(osp.dirname(osp.dirname(__file__)))
    return get_file_path(package, [
        'lib/libmmdeploy_onnxruntime_ops.so',
        '../build/lib/libmmdeploy_onnxruntime_ops.so',
        'lib/mmdeploy_onnxruntime_ops.dll',
    ])
