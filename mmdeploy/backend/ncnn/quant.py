"""Makes int8 files of ncnn by its own tool."""
import os
import os.path as osp
import subprocess

from mmdeploy.utils.utils import make_folder

from .init_plugins import get_ncnn2int8_path


def get_quant_model_file(onnx_path: str, work_dir: str) -> list[str]:
    """Return the paths of quantized ONNX file, calibration table, network and weights, in a folder that then exists."""
    make_folder(work_dir)
    stem = osp.join(work_dir, osp.splitext(osp.basename(onnx_path))[0])
    return [f'{stem}_quant.onnx', f'{stem}.table', f'{stem}_int8.param', f'{stem}_int8.bin']


def ncnn2int8(param: str, bin: str, table: str, int8_param: str, int8_bin: str) -> None:
    """Quantize the weights of a network.

    Args:
        param, bin: network and weights.
        table: scales of weights and activations, as ncnn's calibration writes them.
        int8_param, int8_bin: files to write.

    Raises:
        FileNotFoundError: ncnn's tool is not in PATH, or an input does not exist.
        RuntimeError: the tool failed; no file is left behind.
    """
    for path in (param, bin, table):
        if not osp.isfile(path):
            raise FileNotFoundError(f'{path} does not exist')
    command = [get_ncnn2int8_path(), param, bin, int8_param, int8_bin, table]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0 or not osp.isfile(int8_param) or not osp.isfile(int8_bin):
        for path in (int8_param, int8_bin):
            if osp.exists(path):
                os.remove(path)
        raise RuntimeError(f'ncnn2int8 failed with exit code {done.returncode}: {(done.stderr or done.stdout).strip()}')
