"""A small text detector and a small text recognizer with random weights, and the plain code around them."""
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from benchmarks.side_by_side import plain_session

SYMBOLS = [chr(0x61 + i) for i in range(26)] + [str(i) for i in range(10)]
MEAN, STD = np.array([123.675, 116.28, 103.53], np.float32), np.array([58.395, 57.12, 57.375], np.float32)


def draw_page(boxes: np.ndarray, height: int, width: int) -> np.ndarray:
    """Return a white page with dark words."""
    import cv2
    rng = np.random.default_rng(0)
    page = np.full((height, width, 3), 240, np.uint8)
    for box in boxes:
        cv2.fillPoly(page, [box.astype(np.int32)], rng.integers(0, 90, 3).tolist())
    return page


class _Graph:
    """Layers one behind the other."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)
        self.nodes: list = []
        self.weights: list = []
        self.last = 'input'

    def add(self, kind: str, *constants: np.ndarray, **attributes: object) -> '_Graph':
        name = f'v{len(self.nodes)}'
        names = []
        for i, value in enumerate(constants):
            names.append(f'{name}_{i}')
            self.weights.append(numpy_helper.from_array(value, names[-1]))
        self.nodes.append(helper.make_node(kind, [self.last, *names], [name], **attributes))
        self.last = name
        return self

    def conv(self, before: int, after: int, stride: tuple[int, int], groups: int = 1, kernel: int = 3) -> '_Graph':
        scale = (2 / (before // groups * kernel * kernel))**0.5
        weight = self.rng.normal(0, scale, (after, before // groups, kernel, kernel)).astype(np.float32)
        return self.add('Conv', weight, strides=list(stride), pads=[kernel // 2] * 4, group=groups).add('Relu')

    def block(self, before: int, after: int, stride: tuple[int, int]) -> '_Graph':
        return self.conv(before, before, stride, before).conv(before, after, (1, 1), kernel=1)

    def save(self, path: Path, shape: list) -> None:
        self.nodes.append(helper.make_node('Identity', [self.last], ['output']))
        infos = [helper.make_tensor_value_info('input', TensorProto.FLOAT, ['n', 3, 'h', 'w']),
                 helper.make_tensor_value_info('output', TensorProto.FLOAT, shape)]
        graph = helper.make_graph(self.nodes, 'g', infos[:1], infos[1:], self.weights)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8), path)


def detector(path: Path) -> None:
    """[n,3,h,w] to [n,1,h,w]: layers that cost what a detector's do, and a map that finds what is dark."""
    graph = _Graph(0)
    graph.conv(3, 16, (2, 2)).block(16, 32, (2, 2)).block(32, 48, (2, 2)).block(48, 96, (2, 2)).block(96, 96, (1, 1))
    graph.add('GlobalAveragePool').conv(96, 1, (1, 1), kernel=1).add('Mul', np.float32(1e-6))
    deep = graph.last
    graph.last = 'input'
    graph.add('ReduceMean', axes=[1], keepdims=1).add('Mul', np.float32(-4)).add('Add', np.float32(-1))
    graph.nodes.append(helper.make_node('Add', [graph.last, deep], ['sum']))
    graph.last = 'sum'
    graph.add('Sigmoid').save(path, ['n', 1, 'h', 'w'])


def recognizer(path: Path) -> None:
    """[n,3,32,w] to logits [n,w/4,classes]."""
    graph = _Graph(1)
    graph.conv(3, 32, (2, 2)).conv(32, 64, (2, 2)).block(64, 128, (2, 1)).block(128, 128, (2, 1))
    graph.block(128, 256, (2, 1))
    graph.add('Squeeze', np.array([2])).add('Transpose', perm=[0, 2, 1])
    weight = graph.rng.normal(0, 0.3, (256, len(SYMBOLS) + 1)).astype(np.float32)
    graph.add('MatMul', weight).save(path, ['n', 't', len(SYMBOLS) + 1])


def _sdk_model(folder: Path, transforms: list[dict], component: str, params: dict, **net: object) -> None:
    steps = [dict(type='LoadImageFromFile'), *transforms,
             dict(type='Normalize', mean=MEAN.tolist(), std=STD.tolist(), to_rgb=True),
             dict(type='ImageToTensor', keys=['img']), dict(type='Collect', keys=['img'])]
    tasks = [dict(type='Task', module='Transform', input='img', output='x', transforms=steps),
             dict(type='Task', module='Net', name='net', input='x', output='y', input_map=dict(img='input')),
             dict(type='Task', module='mmocr', component=component, params=params, input=['x', 'y'], output='z')]
    net = dict(name='net', net='net.onnx', backend='onnxruntime', **net)
    (folder / 'deploy.json').write_text(json.dumps(dict(version='0.7.0', models=[net])))
    (folder / 'pipeline.json').write_text(json.dumps(dict(pipeline=dict(input='img', output='z', tasks=tasks))))


def write_models(work_dir: Path) -> None:
    """Write `page_det` and `page_rec` as SDK models."""
    for name, write in (('page_det', detector), ('page_rec', recognizer)):
        (work_dir / name).mkdir(parents=True, exist_ok=True)
        write(work_dir / name / 'net.onnx')
    resize = dict(type='Resize', size=[736, 1280], keep_ratio=True)
    _sdk_model(work_dir / 'page_det', [resize, dict(type='Pad', size_divisor=32)], 'DBHead', {})
    resize = dict(type='RescaleToHeight', height=32, min_width=32, width_divisor=32)
    _sdk_model(work_dir / 'page_rec', [resize], 'CTCConvertor', dict(dict_list=SYMBOLS), batch_size=4,
               engine_options=dict(intra_op_num_threads='1'))


class PlainOcr:
    """The same page with onnxruntime in its default settings, OpenCV, NumPy and mmocr's post-processing."""

    def __init__(self, work_dir: Path, warp: Callable[[np.ndarray, np.ndarray], np.ndarray]):
        from mmocr.models.textdet.postprocess import DBPostprocessor
        self.det, self.rec = (plain_session(work_dir / name / 'net.onnx', 0) for name in ('page_det', 'page_rec'))
        self.post, self.warp = DBPostprocessor(text_repr_type='quad'), warp

    def __call__(self, image: np.ndarray) -> list[str]:
        import torch
        output = self.det.run(None, {'input': self.normalize(image)[None]})[0]
        boxes = [np.array(box[:8]).reshape(4, 2) for box in self.post(torch.from_numpy(output[0]))]
        patches = [self.warp(image, self.order(box)) for box in boxes]
        return self.read(patches)

    @staticmethod
    def normalize(image: np.ndarray) -> np.ndarray:
        import cv2
        rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB).astype(np.float32)
        return np.ascontiguousarray(((rgb - MEAN) / STD).transpose(2, 0, 1))

    @staticmethod
    def order(box: np.ndarray) -> np.ndarray:
        """Corners clockwise from the top left."""
        box = np.round(box)
        left, right = np.split(box[np.argsort(box[:, 0], kind='stable')], 2)
        left, right = left[np.argsort(left[:, 1])], right[np.argsort(right[:, 1])]
        return np.array([left[0], right[0], right[1], left[1]])

    def read(self, patches: list[np.ndarray]) -> list[str]:
        """Words of equal width share a call."""
        import cv2
        tensors = []
        for patch in patches:
            width = np.ceil(32 / patch.shape[0] * patch.shape[1])
            width = int(max(np.round(max(width, 32) / 32), 1) * 32)
            tensors.append(self.normalize(cv2.resize(patch, (width, 32))))
        texts = [''] * len(patches)
        order = sorted(range(len(patches)), key=lambda i: tensors[i].shape[2])
        while order:
            width = tensors[order[0]].shape[2]
            some = [i for i in order[:6] if tensors[i].shape[2] == width]
            order = order[len(some):]
            scores = self.rec.run(None, {'input': np.stack([tensors[i] for i in some])})[0]
            for i, one in zip(some, scores, strict=True):
                texts[i] = self.decode(one)
        return texts

    @staticmethod
    def decode(scores: np.ndarray) -> str:
        probabilities = np.exp(scores - scores.max(1, keepdims=True))
        probabilities /= probabilities.sum(1, keepdims=True)
        best = probabilities.argmax(1)
        steps = zip([0, *best[:-1]], best, strict=True)
        return ''.join(SYMBOLS[c - 1] for previous, c in steps if c not in (0, previous))
