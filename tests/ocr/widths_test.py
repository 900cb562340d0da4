"""Widths that the SDK's ResizeOCR makes are those of mmocr, where rounding decides too."""
import math
from pathlib import Path

import numpy as np
import onnx
import pytest
from mmdeploy_python import TextRecognizer
from mmocr.datasets.pipelines.ocr_transforms import ResizeOCR
from onnx import TensorProto, helper, numpy_helper

from tests.ocr.models import write_model


def write_counting_net(path: Path) -> None:
    """Write a network that reads each column as a symbol other than that before: the text is as long as its width."""
    node = helper.make_node
    constants = [numpy_helper.from_array(np.array(value, np.float32 if name == 'values' else np.int64), name)
                 for name, value in dict(three=3, zero=0, one=1, two=2, axis=[0], depth=3, values=[0, 1]).items()]
    nodes = [node('Shape', ['input'], ['shape']), node('Gather', ['shape', 'three'], ['width']),
             node('Range', ['zero', 'width', 'one'], ['columns']), node('Mod', ['columns', 'two'], ['parity']),
             node('Add', ['parity', 'one'], ['symbols']), node('OneHot', ['symbols', 'depth', 'values'], ['rows']),
             node('Unsqueeze', ['rows', 'axis'], ['output'])]
    graph = helper.make_graph(nodes, 'g', [helper.make_tensor_value_info('input', TensorProto.FLOAT, [1, 3, 'h', 'w'])],
                              [helper.make_tensor_value_info('output', TensorProto.FLOAT, [1, 't', 3])], constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8), path)


# Of height 48 and a quarter as ratio every fourth width is a tie; the exact widths of the other sizes are close to
# whole numbers, where float32 is on their other side.
TIES = [(48, width) for width in range(49, 160)]
CLOSE = [(80, 190), (80, 195), (40, 95), (28, 91), (28, 175), (60, 375), (104, 338), (15, 30), (116, 232), (117, 351)]


@pytest.mark.parametrize('options', [
    dict(height=48, min_width=48, max_width=160, width_downsample_ratio=0.25),
    dict(height=32, min_width=32, max_width=None),
    dict(height=31, min_width=None, max_width=400, width_downsample_ratio=1.0),
], ids=str)
def test_widths_are_those_of_mmocr(options: dict, tmp_path: Path) -> None:
    step = dict(type='ResizeOCR', **options)
    write_model(tmp_path, 'CTCConvertor', dict(dict_list=['a', 'b'], with_unknown=False), np.zeros((1, 4, 3)), [step])
    write_counting_net(tmp_path / 'end2end.onnx')
    read, reference = TextRecognizer(str(tmp_path), 'cpu'), ResizeOCR(**options)
    sizes = [(height, width) for height in (7, 11, 32, 48, 49, 90) for width in range(height // 2, 300, 7)]
    for height, width in [*sizes, *TIES, *CLOSE]:
        image = np.zeros((height, width, 3), np.uint8)
        expected = reference(dict(img=image, img_shape=image.shape))
        # The head leaves out the steps of the padding.
        valid = math.ceil(expected['pad_shape'][1] * expected['valid_ratio'])
        assert len(read(image)[0]) == valid, (height, width)
