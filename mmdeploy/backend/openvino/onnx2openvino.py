"""Converts ONNX models to the files of OpenVINO."""
import os.path as osp
from collections.abc import Mapping, Sequence

import onnx

from mmdeploy.backend.base.native import import_native
from mmdeploy.utils import Backend
from mmdeploy.utils.utils import make_folder

from .utils import ModelOptimizerOptions


def get_mo_command() -> str:
    """Return the command that converts a model by hand: this package's own, in place of the Model Optimizer."""
    return 'mmdeploy convert --engine openvino'


def get_output_model_file(onnx_path: str, work_dir: str) -> str:
    """Return the path of the network file, in a folder that then exists."""
    make_folder(work_dir)
    stem = osp.splitext(osp.basename(onnx_path))[0]
    return osp.join(work_dir, f'{stem}.xml')


def _engine_options(output_names: Sequence[str],
                    mo_options: ModelOptimizerOptions | Mapping | None
                    ) -> dict[str, str]:
    """Return the options for the engine; those of the config win."""
    if not isinstance(mo_options, ModelOptimizerOptions):
        mo_options = ModelOptimizerOptions(mo_options)
    options = mo_options.get_engine_options()
    if output_names and '--output' not in options:
        options['--output'] = ','.join(output_names)
    return options


def from_onnx(onnx_model: str | onnx.ModelProto,
              output_file_prefix: str,
              input_info: Mapping[str, Sequence[int]],
              output_names: Sequence[str],
              mo_options: ModelOptimizerOptions | Mapping | None = None
              ) -> None:
    """Write `<folder>/<name>.xml` and `.bin`.

    Args:
        onnx_model: path, or a model, whose name is then `end2end`.
        output_file_prefix: the folder, despite its name.
        input_info: shapes by input name. Dimensions that are dynamic in the
            model stay dynamic.
        output_names: outputs to keep, in order; all when empty.
        mo_options: further options, see README.md beside this file.

    Raises:
        RuntimeError: the model or an option is not accepted.
    """
    if isinstance(onnx_model, onnx.ModelProto):
        path, source = 'end2end.onnx', onnx_model.SerializeToString()
    else:
        path = source = onnx_model
    prefix = osp.splitext(get_output_model_file(path, output_file_prefix))[0]
    import_native().convert(
        Backend.OPENVINO.value,
        source,
        prefix,
        inputs={
            name: ([], list(shape), [])
            for name, shape in input_info.items()
        },
        engine_options=_engine_options(output_names, mo_options))
