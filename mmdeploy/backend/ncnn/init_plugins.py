"""Finds the engine's library and the converter."""
import os
import os.path as osp
import shutil

from mmdeploy.utils import get_file_path

_CONVERTER = 'mmdeploy_onnx2ncnn'
_QUANTIZER = 'ncnn2int8'


def get_ops_path() -> str:
    """Return the path of the library of custom layers, `''` when there is none.

    The engine holds them too; the library is for programs that use ncnn themselves.
    """
    package = osp.dirname(osp.dirname(osp.dirname(__file__)))
    return get_file_path(package, [
        'lib/libmmdeploy_ncnn_ops.so',
        'lib/mmdeploy_ncnn_ops.dll',
        '../build/lib/libmmdeploy_ncnn_ops.so',
    ])


def get_onnx2ncnn_path() -> str:
    """Return the path of the converter, `''` when there is none.

    It is looked for in this package, in the build tree, in the current
    folder, then in PATH.
    """
    package = osp.dirname(__file__)
    found = get_file_path(package, [
        _CONVERTER, f'{_CONVERTER}.exe', f'../../../build/bin/{_CONVERTER}',
        osp.join(os.getcwd(), _CONVERTER)
    ])
    return found or shutil.which(_CONVERTER) or ''


def get_ncnn2int8_path() -> str:
    """Return the path of ncnn's own tool `ncnn2int8`, which is looked for in PATH.

    Raises:
        FileNotFoundError: it is not there.
    """
    found = shutil.which(_QUANTIZER)
    if found is None:
        raise FileNotFoundError(
            f'{_QUANTIZER} is not in PATH: build the tools of ncnn and add their folder to PATH')
    return found
