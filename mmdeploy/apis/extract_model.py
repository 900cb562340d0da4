"""Cuts a part out of an ONNX model."""
from collections.abc import Iterable

import onnx

from .core import PIPELINE_MANAGER
from .onnx.partition import cut_partition


@PIPELINE_MANAGER.register_pipeline()
def extract_model(model: str | onnx.ModelProto,
                  start_marker: str | Iterable[str],
                  end_marker: str | Iterable[str],
                  start_name_map: dict[str, str] | None = None,
                  end_name_map: dict[str, str] | None = None,
                  dynamic_axes: dict[str, dict[int, str]] | None = None,
                  save_file: str | None = None) -> onnx.ModelProto:
    """Cut a model at its marks; see `mmdeploy.apis.onnx.extract_partition`."""
    return cut_partition(model, start_marker, end_marker, start_name_map,
                         end_name_map, dynamic_axes, save_file)
