"""Converts ONNX models to the files of ncnn."""
import os
import os.path as osp

import onnx

from mmdeploy.backend.base.native import import_native
from mmdeploy.utils import Backend


def mkdir_or_exist(dir_name: str, mode: int = 0o777) -> None:
    """Create a folder and those above it; `''` is the current one."""
    if dir_name:
        os.makedirs(os.path.expanduser(dir_name), mode=mode, exist_ok=True)


def get_output_model_file(onnx_path: str,
                          work_dir: str | None = None) -> list[str]:
    """Return the paths of network and weights, in a folder that then exists.

    Args:
        onnx_path: the model, whose name the files get.
        work_dir: the folder; by default that of the model.
    """
    if work_dir is None:
        work_dir = osp.dirname(onnx_path)
    mkdir_or_exist(work_dir)
    stem = osp.join(work_dir, osp.splitext(osp.basename(onnx_path))[0])
    return [f'{stem}.param', f'{stem}.bin']


def from_onnx(onnx_model: str | onnx.ModelProto,
              output_file_prefix: str) -> None:
    """Write `<prefix>.param` and `<prefix>.bin`.

    Args:
        onnx_model: path, or a model.
        output_file_prefix: path of the files without their endings.

    Raises:
        RuntimeError: ncnn cannot do it; the message lists every node that is
            in the way.
    """
    if isinstance(onnx_model, onnx.ModelProto):
        onnx_model = onnx_model.SerializeToString()
    import_native().convert(Backend.NCNN.value, onnx_model, output_file_prefix)
