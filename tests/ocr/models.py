"""SDK models whose network answers the same whatever it sees: heads are tested with any output."""
import json
from pathlib import Path

import numpy as np
import onnx
from mmdeploy_python import TextDetector, TextRecognizer
from onnx import TensorProto, helper, numpy_helper


def write_net(path: Path, output: np.ndarray, names: tuple[str, str] = ('input', 'output')) -> None:
    """Write a network of an image [1,3,h,w] that gives `output`."""
    nodes = [helper.make_node('Identity', ['value'], [names[1]])]
    image = helper.make_tensor_value_info(names[0], TensorProto.FLOAT, [1, 3, 'h', 'w'])
    result = helper.make_tensor_value_info(names[1], TensorProto.FLOAT, list(output.shape))
    graph = helper.make_graph(nodes, 'g', [image], [result],
                              [numpy_helper.from_array(output.astype(np.float32), 'value')])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8), path)


def task(module: str, inputs: list[str], outputs: list[str], **keys: object) -> dict:
    return dict(type='Task', module=module, input=inputs, output=outputs, **keys)


def write_model(folder: Path, component: str, params: dict, output: np.ndarray, transforms: list[dict], *,
                version: str = '0.7.0', files: dict[str, str] | None = None) -> Path:
    """Write a model of one network and one head of mmocr; `files` are its `customs`."""
    folder.mkdir(parents=True, exist_ok=True)
    write_net(folder / 'end2end.onnx', output)
    for name, text in (files or {}).items():
        (folder / name).write_text(text, encoding='utf-8')
    net = dict(name='net', net='end2end.onnx', weights='', backend='onnxruntime', batch_size=1, precision='FP32',
               dynamic_shape=True)
    steps = [dict(type='LoadImageFromFile'), *transforms, dict(type='Normalize', mean=[0] * 3, std=[1] * 3),
             dict(type='ImageToTensor', keys=['img']), dict(type='Collect', keys=['img'])]
    tasks = [task('Transform', ['img'], ['x'], transforms=steps),
             task('Net', ['x'], ['y'], name='net', input_map=dict(img='input')),
             task('mmocr', ['x', 'y'], ['z'], component=component, params=params)]
    deploy = dict(version=version, task='', customs=list(files or {}), models=[net])
    (folder / 'deploy.json').write_text(json.dumps(deploy))
    (folder / 'pipeline.json').write_text(json.dumps(dict(pipeline=dict(input=['img'], output=['z'], tasks=tasks))))
    return folder


def detect(folder: Path, component: str, params: dict, maps: np.ndarray,
           image_size: tuple[int, int] | None = None, input_size: tuple[int, int] | None = None) -> np.ndarray:
    """Return [n,9] of a head for maps [1,C,H,W]; sizes are (height, width), those of the maps if not given."""
    size = maps.shape[-2:] if input_size is None else input_size
    resize = dict(type='Resize', size=list(size), keep_ratio=False)
    model = write_model(folder, component, params, maps, [resize])
    image = np.zeros((*(size if image_size is None else image_size), 3), np.uint8)
    return TextDetector(str(model), 'cpu')(image)


def read(folder: Path, component: str, params: dict, scores: np.ndarray, *, image_size: tuple[int, int] = (32, 100),
         resize: dict | None = None, **keys: object) -> tuple[str, list[float]]:
    """Return text and scores of a head for scores [1,T,C]."""
    resize = resize or dict(type='ResizeOCR', height=32, min_width=32, max_width=100)
    model = write_model(folder, component, params, scores, [resize], **keys)
    return TextRecognizer(str(model), 'cpu')(np.zeros((*image_size, 3), np.uint8))
