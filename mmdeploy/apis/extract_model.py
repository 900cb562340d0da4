"""Cuts a part out of an ONNX model."""
from typing import Dict, Iterable, Optional, Union

import onnx

from .core import PIPELINE_MANAGER
from .onnx.partition import cut_partition


@PIPELINE_MANAGER.register_pipeline()
def extract_model(model: Union[str, onnx.ModelProto],
                  start_marker: Union[str, Iterable[str]],
                  end_marker: Union[str, Iterable[str]],
                  start_name_map: Optional[Dict[str, str]] = None,
                  end_name_map: Optional[Dict[str, str]] = None,
                  dynamic_axes: Optional[Dict[str, Dict[int, str]]] = None,
                  save_file: Optional[str] = None) -> onnx.ModelProto:
    """Cut a model at its marks; see `mmdeploy.apis.onnx.extract_partition`."""
    return cut_partition(model, start_marker, end_marker, start_name_map,
                         end_name_map, dynamic_axes, save_file)
