"""Small models of single operators with their results, for the tests of types and of folding."""
import dataclasses
import glob
import os.path as osp
from collections.abc import Iterator

import numpy as np
import onnx
from onnx import helper, numpy_helper

from mmdeploy.backend.base.native import import_native


@dataclasses.dataclass
class Case:
    name: str
    model: onnx.ModelProto
    inputs: list[np.ndarray]
    outputs: list[np.ndarray]

    @property
    def has_rule(self) -> bool:
        rules = set(import_native('mmdeploy_graph').operators_with_rule())
        return all(node.domain in ('', 'ai.onnx') and node.op_type in rules for node in self.model.graph.node)


def onnx_cases() -> Iterator[Case]:
    """Yield the operator tests that come with the onnx package, those of tensors with numpy types."""
    root = osp.join(osp.dirname(onnx.__file__), 'backend', 'test', 'data', 'node')
    for folder in sorted(glob.glob(osp.join(root, '*'))):
        model = onnx.load(osp.join(folder, 'model.onnx'))
        values = [*model.graph.input, *model.graph.output]
        if not all(0 < value.type.tensor_type.elem_type <= 13 for value in values):
            continue
        yield Case(
            osp.basename(folder), model, [
                read_tensor(folder, f'input_{i}') for i in range(len(model.graph.input))
            ], [read_tensor(folder, f'output_{i}') for i in range(len(model.graph.output))])


def read_tensor(folder: str, name: str) -> np.ndarray:
    with open(osp.join(folder, 'test_data_set_0', f'{name}.pb'), 'rb') as file:
        return numpy_helper.to_array(onnx.TensorProto.FromString(file.read()))


X = np.random.RandomState(0).randn(2, 4, 5, 6).astype(np.float32)
M = X[0, 0]
N = np.arange(24, dtype=np.int64).reshape(2, 3, 4) - 7
B = N > 2


def ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


# Operator, first and last version of this form, inputs, attributes.
ROWS = [
    ('Abs', 7, 99, [N], {}), ('Neg', 7, 99, [N], {}), ('Sign', 9, 99, [N], {}), ('Sign', 9, 99, [X], {}),
    ('Floor', 7, 99, [X], {}), ('Ceil', 7, 99, [X], {}), ('Round', 11, 99, [X * 4], {}),
    ('Round', 11, 99, [np.float32([0.5, 1.5, 2.5, -0.5, -1.5])], {}),
    ('Sqrt', 7, 99, [abs(X)], {}), ('Exp', 7, 99, [X], {}), ('Log', 7, 99, [abs(X) + 1], {}),
    ('Reciprocal', 7, 99, [X], {}), ('Tanh', 7, 99, [X], {}), ('Sigmoid', 7, 99, [X], {}),
    ('Sin', 7, 99, [X], {}), ('Cos', 7, 99, [X], {}), ('Relu', 7, 99, [X], {}),
    ('Add', 7, 99, [X, X[:1, :, :1]], {}), ('Sub', 7, 99, [N, N[:1]], {}), ('Mul', 7, 99, [N, N[0, :, :1]], {}),
    ('Div', 7, 99, [N, ints(2, -3, 4, -5)], {}), ('Div', 7, 99, [X, X + 9], {}),
    ('Mod', 10, 99, [N, ints(2, -3, 4, -5)], {}), ('Mod', 10, 99, [N, ints(2, -3, 4, -5)], {'fmod': 1}),
    ('Mod', 10, 99, [X, X[:1] + 9], {'fmod': 1}), ('Pow', 7, 99, [abs(X), M], {}), ('Pow', 12, 99, [N, ints(2)], {}),
    ('Pow', 12, 99, [X, ints(3)], {}), ('Min', 8, 99, [X, M, -X], {}), ('Max', 12, 99, [N, N[:1]], {}),
    ('Sum', 8, 99, [X, M, X], {}), ('Clip', 7, 10, [X], {'min': -0.5, 'max': 0.5}),
    ('Clip', 11, 99, [X, np.float32(-0.5), np.float32(0.5)], {}), ('Clip', 12, 99, [N, np.int64(0)], {}),
    ('Equal', 7, 99, [N, N[:1]], {}), ('Less', 9, 99, [N, N[:1]], {}), ('Greater', 7, 99, [X, M], {}),
    ('LessOrEqual', 12, 99, [N, N[:1]], {}), ('GreaterOrEqual', 12, 99, [X, M], {}),
    ('And', 7, 99, [B, B[:1]], {}), ('Or', 7, 99, [B, B[:1]], {}), ('Xor', 7, 99, [B, B[:1]], {}),
    ('Not', 7, 99, [B], {}), ('Where', 9, 99, [B[0, 0], N, N[:1]], {}), ('IsNaN', 9, 99, [X], {}),
    ('Cast', 7, 99, [X * 10], {'to': 7}), ('Cast', 7, 99, [X], {'to': 10}), ('Cast', 7, 99, [N], {'to': 9}),
    ('Cast', 7, 99, [N], {'to': 2}), ('Cast', 7, 99, [B], {'to': 1}), ('Cast', 7, 99, [N], {'to': 11}),
    ('Identity', 7, 99, [X], {}), ('Reshape', 7, 99, [X, ints(0, -1, 3)], {}),
    ('Flatten', 9, 99, [X], {'axis': 2}), ('Flatten', 11, 99, [X], {'axis': -1}),
    ('Squeeze', 7, 12, [X[:1, :1]], {'axes': [0]}), ('Squeeze', 13, 99, [X[:1, :1], ints(-3)], {}),
    ('Squeeze', 7, 99, [X[:1, :1]], {}), ('Unsqueeze', 7, 12, [M], {'axes': [0, 3]}),
    ('Unsqueeze', 13, 99, [M, ints(-1, 0)], {}), ('Transpose', 7, 99, [X], {'perm': [2, 0, 3, 1]}),
    ('Transpose', 7, 99, [X], {}), ('Expand', 8, 99, [M[:, :1], ints(2, 1, 6)], {}),
    ('Tile', 7, 99, [N, ints(2, 1, 3)], {}), ('Concat', 7, 99, [N, N[:1]], {'axis': 0}),
    ('Concat', 11, 99, [N, N[..., :2]], {'axis': -1}),
    ('Slice', 7, 9, [X], {'starts': [1, -3], 'ends': [2**63 - 1, -1], 'axes': [1, 3]}),
    ('Slice', 10, 99, [X, ints(-1, 0), ints(-100, 4), ints(3, 1), ints(-2, 3)], {}),
    ('Slice', 10, 99, [X, ints(1), ints(100)], {}),
    ('Gather', 7, 99, [X, ints(1, 0, 1)], {'axis': 1}), ('Gather', 11, 99, [N, np.int64(-1)], {}),
    ('GatherElements', 11, 99, [M, ints(0, -1, 2, 4).reshape(2, 2)], {'axis': 0}),
    ('GatherND', 11, 99, [N, ints(0, 1, 1, 2).reshape(2, 2)], {}),
    ('GatherND', 12, 99, [N, ints(0, 2).reshape(2, 1)], {'batch_dims': 1}),
    ('ScatterElements', 11, 99, [M, ints(0, 1, 2, 3).reshape(2, 2), M[:2, :2]], {'axis': 1}),
    ('Scatter', 9, 10, [M, ints(0, 1, 2, 3).reshape(2, 2), M[:2, :2]], {'axis': 1}),
    ('ScatterND', 11, 99, [N, ints(0, 1, 1, 2).reshape(2, 2), N[0, :2]], {}),
    ('OneHot', 9, 99, [ints(0, 3, -1, 9), np.int64(4), np.float32([2, 5])], {'axis': 0}),
    ('NonZero', 9, 99, [B], {}), ('Shape', 7, 99, [X], {}), ('Shape', 15, 99, [X], {'start': 1, 'end': -1}),
    ('Size', 7, 99, [X], {}), ('ConstantOfShape', 9, 99, [ints(2, 3)], {'value': numpy_helper.from_array(ints(7))}),
    ('ConstantOfShape', 9, 99, [ints(2, 3)], {}), ('Range', 11, 99, [np.int64(3), np.int64(-8), np.int64(-3)], {}),
    ('Range', 11, 99, [np.float32(0), np.float32(2), np.float32(0.3)], {}),
    ('EyeLike', 9, 99, [M], {'k': 1}), ('Trilu', 14, 99, [N, np.int64(1)], {}),
    ('Trilu', 14, 99, [N], {'upper': 0}), ('CumSum', 11, 99, [N, np.int64(1)], {'exclusive': 1}),
    ('CumSum', 11, 99, [X, np.int64(-1)], {'reverse': 1}),
    ('ReduceSum', 7, 12, [X], {'axes': [1, 3], 'keepdims': 0}), ('ReduceSum', 13, 99, [N, ints(0, -1)], {}),
    ('ReduceMean', 7, 17, [X], {'axes': [2, 3]}), ('ReduceMean', 18, 99, [X, ints(2)], {'keepdims': 0}),
    ('ReduceMax', 7, 17, [X], {'axes': [1]}), ('ReduceMax', 18, 99, [N, ints(1)], {}),
    ('ReduceMin', 7, 17, [X], {}), ('ReduceProd', 7, 17, [X], {'axes': [1]}),
    ('ReduceProd', 18, 99, [N, ints(0)], {}), ('ReduceL2', 7, 17, [X], {'axes': [1]}),
    ('ReduceSumSquare', 7, 17, [X], {'axes': [0]}), ('ArgMax', 7, 99, [X], {'axis': 2}),
    ('ArgMin', 11, 99, [X], {'axis': -1, 'keepdims': 0}),
    ('ArgMax', 12, 99, [np.float32([1, 3, 3])], {'select_last_index': 1}),
    ('TopK', 7, 9, [X], {'k': 2, 'axis': 1}), ('TopK', 11, 99, [X, ints(3)], {'axis': -2, 'largest': 0}),
    ('Split', 7, 12, [X], {'axis': 1, 'split': [1, 3]}), ('Split', 13, 99, [X, ints(1, 3)], {'axis': 1}),
    ('Pad', 7, 10, [M], {'pads': [1, 0, 0, 2], 'value': 3.0}),
    ('Pad', 11, 99, [M, ints(1, 0, 0, 2), np.float32(3)], {}),
    ('Pad', 18, 99, [N, ints(1, 2), np.int64(3), ints(-1)], {}),
    ('MatMul', 7, 99, [X, X.transpose(0, 1, 3, 2)[:1]], {}),
    ('MatMul', 9, 99, [M.astype(np.int32), np.int32([1] * 6)], {}),
    ('Gemm', 7, 99, [M, M, M[:, :1]], {'transB': 1, 'alpha': 0.5, 'beta': 2.0}),
]

# Operators that are not folded.
TYPE_ROWS = [
    ('Conv', 7, 99, [X, X[:, :2]], {'group': 2, 'auto_pad': 'SAME_UPPER', 'strides': [2, 2]}),
    ('ConvTranspose', 7, 99, [X, X.transpose(1, 0, 2, 3)],
     {'strides': [2, 2], 'output_padding': [1, 0], 'pads': [1, 1, 0, 0]}),
    ('ConvTranspose', 11, 99, [X, X.transpose(1, 0, 2, 3)], {'strides': [2, 2], 'auto_pad': 'SAME_LOWER'}),
    ('MaxPool', 7, 99, [X], {'kernel_shape': [2, 3], 'strides': [2, 2], 'pads': [0, 1, 1, 1]}),
    ('MaxPool', 10, 99, [X], {'kernel_shape': [2, 2], 'strides': [3, 2], 'ceil_mode': 1, 'dilations': [2, 1]}),
    ('AveragePool', 10, 99, [X], {'kernel_shape': [2, 3], 'strides': [3, 4], 'ceil_mode': 1}),
    ('GlobalAveragePool', 7, 99, [X], {}), ('Softmax', 7, 99, [X], {'axis': 1}),
    ('InstanceNormalization', 7, 99, [X, X[0, 0, 0, :4], X[0, 0, 0, :4]], {}),
    ('DepthToSpace', 7, 99, [X], {'blocksize': 2}), ('SpaceToDepth', 7, 99, [X[:, :, :4]], {'blocksize': 2}),
    ('Upsample', 7, 8, [X], {'scales': [1.0, 1.0, 2.0, 1.7], 'mode': 'nearest'}),
    ('Upsample', 9, 9, [X, np.float32([1, 1, 2, 1.7])], {'mode': 'nearest'}),
    ('Resize', 10, 10, [X, np.float32([1, 1, 0.6, 1.7])], {'mode': 'nearest'}),
    ('Resize', 11, 99, [X, np.float32([]), np.float32([1, 1, 0.6, 1.7])], {'mode': 'nearest'}),
    ('Resize', 13, 99, [X, None, None, ints(2, 4, 7, 9)], {'mode': 'linear'}),
    ('Resize', 18, 99, [X, None, None, ints(9, 9)],
     {'axes': [2, 3], 'keep_aspect_ratio_policy': 'not_larger'}),
    ('GridSample', 16, 99, [X, X[..., :2]], {}), ('Einsum', 12, 99, [X, X], {'equation': '...ij,...kj->...ik'}),
    ('LSTM', 7, 99, [X[0], X[0, :1, :1].repeat(12, 1), X[0, :1, :1, :3].repeat(12, 1)], {'hidden_size': 3}),
    ('Dropout', 7, 99, [X], {}), ('PRelu', 9, 99, [X, X[0, :, :1, :1]], {}),
]


def opset_cases(opset: int, rows: list = None) -> Iterator[Case]:
    """Yield the rows that this version knows, with the results of ONNX Runtime."""
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    for op, first, last, inputs, attributes in rows or ROWS + TYPE_ROWS:
        if not first <= opset <= last:
            continue
        model = make_model(op, opset, inputs, attributes)
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=['CPUExecutionProvider'])
        feeds = {value.name: inputs[int(value.name[1:])] for value in model.graph.input}
        yield Case(f'{op} {attributes}', model, list(feeds.values()), session.run(None, feeds))


def make_model(op: str, opset: int, inputs: list, attributes: dict) -> onnx.ModelProto:
    """Make a model of one node: tensors of more than one dimension are inputs, others constants."""
    names = ['' if array is None else f'x{i}' for i, array in enumerate(inputs)]
    outputs = ['y', 'z'] if op in ('TopK', 'Split') else ['y']
    node = helper.make_node(op, names, outputs, **attributes)
    given = [(name, np.asarray(array)) for name, array in zip(names, inputs, strict=True) if name]
    values = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        for i, (name, array) in enumerate(given) if i == 0 or array.ndim > 1
    ]
    constants = [
        numpy_helper.from_array(array, name) for i, (name, array) in enumerate(given) if i > 0 and array.ndim < 2
    ]
    # The shapes that ConstantOfShape and Range take are constants as well.
    if op in ('ConstantOfShape', 'Range'):
        values, constants = [], [numpy_helper.from_array(array, name) for name, array in given]
    graph = helper.make_graph([node], 'case', values, [onnx.ValueInfoProto(name=name) for name in outputs], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=8)
