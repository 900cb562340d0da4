"""Fusions and rewritten operators: what ncnn computes against ONNX Runtime, which optimises nothing."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from mmdeploy.backend.base.native import get_engine_version, import_native

pytestmark = pytest.mark.skipif(not get_engine_version('ncnn'), reason='ncnn is not built')

RANDOM = np.random.default_rng(0)


@pytest.fixture(autouse=True)
def _same_numbers():
    """Each test has the same numbers, alone and among others."""
    global RANDOM
    RANDOM = np.random.default_rng(0)


def node(op, inputs, outputs='y', **attributes):
    return helper.make_node(op, inputs.split(), outputs.split(), **attributes)


def floats(*shape):
    return RANDOM.standard_normal(shape).astype(np.float32)


def ints(*values):
    return np.array(values, np.int64)


def model_of(nodes, feeds, constants, opset=16, outputs=('y',)):
    """Return a model whose inputs have the shapes of `feeds`."""
    inputs = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(x.dtype), x.shape) for n, x in feeds.items()
    ]
    results = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in outputs]
    initializers = [numpy_helper.from_array(np.asarray(x), n) for n, x in constants.items()]
    graph = helper.make_graph(nodes, 'g', inputs, results, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)])
    model.ir_version = 8
    return onnx.shape_inference.infer_shapes(model)


def run_onnxruntime(model, feeds):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=['CPUExecutionProvider'])
    return session.run(None, feeds)


def convert_and_run(model, feeds, folder):
    """Return the outputs in ncnn and the types of the layers."""
    native = import_native()
    native.convert('ncnn', model.SerializeToString(), str(folder / 'm'))
    net = native.Net(folder / 'm.param', 'ncnn', weights=folder / 'm.bin')
    found = net(feeds)
    lines = (folder / 'm.param').read_text().splitlines()[2:]
    return [np.asarray(found[output.name]) for output in model.graph.output], [line.split()[0] for line in lines]


def check(nodes, feeds, constants, folder, opset=16, outputs=('y',), tolerance=1e-4):
    model = model_of(nodes, feeds, constants, opset, outputs)
    expected = run_onnxruntime(model, feeds)
    found, layers = convert_and_run(model, feeds, folder)
    for want, got in zip(expected, found, strict=True):
        assert got.shape == want.shape or (want.ndim < 2 and got.size == want.size)
        largest = np.abs(want[np.isfinite(want)]).max(initial=1)
        np.testing.assert_allclose(got.reshape(want.shape), want, rtol=tolerance, atol=tolerance * largest)
    return layers


# ----------------------------------------------------------------------------------------- activations

ACTIVATIONS = {
    'relu': [node('Relu', 'c')],
    'leaky': [node('LeakyRelu', 'c', alpha=0.2)],
    'clip': [node('Clip', 'c low high')],
    'sigmoid': [node('Sigmoid', 'c')],
    'hard_swish': [node('HardSwish', 'c')],
    'mish': [node('Softplus', 'c', 's'), node('Tanh', 's', 't'), node('Mul', 'c t')],
}
CONVOLUTIONS = {
    'Convolution': ('Conv', (1, 8, 9, 11), (16, 8, 3, 3), {}),
    'ConvolutionDepthWise': ('Conv', (1, 8, 9, 11), (8, 1, 3, 3), {'group': 8}),
    'Convolution1D': ('Conv', (1, 8, 9), (12, 8, 3), {}),
    'ConvolutionDepthWise1D': ('Conv', (1, 8, 9), (8, 1, 3), {'group': 8}),
    'Convolution3D': ('Conv', (1, 4, 5, 6, 7), (8, 4, 2, 2, 2), {}),
    'ConvolutionDepthWise3D': ('Conv', (1, 4, 5, 6, 7), (4, 1, 2, 2, 2), {'group': 4}),
    'Deconvolution': ('ConvTranspose', (1, 8, 9, 11), (8, 16, 3, 3), {'strides': [2, 2]}),
    'DeconvolutionDepthWise': ('ConvTranspose', (1, 8, 9, 11), (8, 1, 3, 3), {'group': 8}),
    'Deconvolution1D': ('ConvTranspose', (1, 8, 9), (8, 12, 3), {}),
    'DeconvolutionDepthWise1D': ('ConvTranspose', (1, 8, 9), (8, 1, 3), {'group': 8}),
    'Deconvolution3D': ('ConvTranspose', (1, 4, 5, 6, 7), (4, 8, 2, 2, 2), {'strides': [2, 1, 2]}),
    'DeconvolutionDepthWise3D': ('ConvTranspose', (1, 4, 5, 6, 7), (4, 1, 2, 2, 2), {'group': 4}),
    'InnerProduct': ('Gemm', (1, 24), (24, 20), {}),
}


@pytest.mark.parametrize('factor', [1, 30])
@pytest.mark.parametrize('activation', ACTIVATIONS)
@pytest.mark.parametrize('layer', CONVOLUTIONS)
def test_activations(layer, activation, factor, tmp_path):
    """Inside of a layer, of small and of large numbers."""
    op, shape, weight, attributes = CONVOLUTIONS[layer]
    nodes = [node(op, 'x w', 'c', **attributes), *ACTIVATIONS[activation]]
    constants = dict(w=floats(*weight) * factor, low=np.float32(-0.5), high=np.float32(0.75))
    layers = check(nodes, {'x': floats(*shape)}, constants, tmp_path, tolerance=1e-4 * factor)
    assert layers == ['Input', layer]


# ------------------------------------------------------------------------------------------- attention


def attention(how, size=12, heads=3, tokens=7):
    """Nodes, constants: q, k, v of x in one of the forms of exporters."""
    width = size // heads
    shape = {
        'packed': (1, tokens, 3, heads, width),
        'heads_first': (1, tokens, heads, 3, width),
        'parts_last': (1, tokens, heads, width, 3),
    }[how]
    perm = {'packed': [2, 0, 3, 1, 4], 'heads_first': [3, 0, 2, 1, 4], 'parts_last': [4, 0, 2, 1, 3]}[how]
    nodes = [
        node('MatMul', 'x w', 'm'),
        node('Add', 'm b', 'p'),
        node('Reshape', 'p split', 'r'),
        node('Transpose', 'r', 't', perm=perm),
        node('Gather', 't zero', 'q', axis=0),
        node('Gather', 't one', 'k', axis=0),
        node('Gather', 't two', 'v', axis=0),
        node('Transpose', 'k', 'kt', perm=[0, 1, 3, 2]),
    ]
    end = [
        node('Softmax', 's', 'a', axis=-1),
        node('MatMul', 'a v', 'c'),
        node('Transpose', 'c', 'ct', perm=[0, 2, 1, 3]),
        node('Reshape', 'ct joined', 'j'),
        node('MatMul', 'j wo', 'o'),
        node('Add', 'bo o'),
    ]
    constants = dict(
        w=floats(size, 3 * size),
        b=floats(3 * size),
        split=ints(*shape),
        zero=np.int64(0),
        one=np.int64(1),
        two=np.int64(2),
        joined=ints(1, tokens, size),
        wo=floats(size, size),
        bo=floats(size),
        scale=np.float32(0.3),
        mask=floats(1, 1, tokens, tokens),
        masks=floats(1, heads, tokens, tokens),
    )
    constants['mask'][0, 0, -1, 1:] = -np.inf
    return nodes, end, constants


SCORES = {
    'plain': [node('MatMul', 'q kt', 's')],
    'before': [node('Mul', 'q scale', 'qs'), node('MatMul', 'qs kt', 's')],
    'after': [node('MatMul', 'q kt', 'd'), node('Div', 'd scale', 's')],
    'both': [node('Mul', 'scale q', 'qs'), node('Mul', 'kt scale', 'ks'), node('MatMul', 'qs ks', 's')],
    'mask': [node('MatMul', 'q kt', 'd'), node('Mul', 'd scale', 'e'), node('Add', 'mask e', 's')],
    'masks': [node('MatMul', 'q kt', 'd'), node('Add', 'd masks', 's')],
}


@pytest.mark.parametrize('scores', SCORES)
@pytest.mark.parametrize('how', ['packed', 'heads_first', 'parts_last'])
def test_attention(how, scores, tmp_path):
    begin, end, constants = attention(how)
    layers = check(begin + SCORES[scores] + end, {'x': floats(1, 7, 12)}, constants, tmp_path)
    assert 'MultiHeadAttention' in layers and 'MatMul' not in layers


def test_attention_whose_weights_are_asked_for(tmp_path):
    begin, end, constants = attention('packed')
    check(begin + SCORES['before'] + end, {'x': floats(1, 7, 12)}, constants, tmp_path, outputs=('y', 'a'))


def test_attention_of_one_token(tmp_path):
    begin, end, constants = attention('packed', tokens=1)
    check(begin + SCORES['before'] + end, {'x': floats(1, 1, 12)}, constants, tmp_path)


def test_attention_to_others(tmp_path):
    """Queries are of another sequence, keys of more numbers; no summands."""
    nodes = [
        node('MatMul', 'x wq', 'q0'),
        node('Reshape', 'q0 sq', 'q1'),
        node('Transpose', 'q1', 'q', perm=[0, 2, 1, 3]),
        node('MatMul', 'z wk', 'k0'),
        node('Reshape', 'k0 sk', 'k1'),
        node('Transpose', 'k1', 'kt', perm=[0, 2, 3, 1]),
        node('MatMul', 'z wv', 'v0'),
        node('Reshape', 'v0 sk', 'v1'),
        node('Transpose', 'v1', 'v', perm=[0, 2, 1, 3]),
        node('MatMul', 'q kt', 's'),
        node('Softmax', 's', 'a', axis=3),
        node('MatMul', 'a v', 'c'),
        node('Transpose', 'c', 'ct', perm=[0, 2, 1, 3]),
        node('Reshape', 'ct joined', 'j'),
        node('MatMul', 'j wo'),
    ]
    constants = dict(
        wq=floats(6, 8),
        wk=floats(10, 8),
        wv=floats(10, 8),
        wo=floats(8, 6),
        sq=ints(1, 5, 2, 4),
        sk=ints(1, 9, 2, 4),
        joined=ints(1, 5, 8),
    )
    layers = check(nodes, {'x': floats(1, 5, 6), 'z': floats(1, 9, 10)}, constants, tmp_path)
    assert layers.count('MultiHeadAttention') == 1


WINDOWS = {
    'bias': [node('Add', 'd bias', 's')],
    'bias_and_mask': [node('Add', 'd bias', 'e'), node('Reshape', 'e five', 'f'), node('Add', 'f mask', 'g'),
                      node('Reshape', 'g four', 's')],
    'scaled_mask': [node('Add', 'd same', 'e'), node('Mul', 'e scale', 's')],
    'plain': [node('Identity', 'd', 's')],
}


@pytest.mark.parametrize('scores', WINDOWS)
@pytest.mark.parametrize('scale', [True, False])
def test_attention_in_windows(scores, scale, tmp_path):
    """As Swin has it: a bias of all windows, a mask of each."""
    windows, tokens, heads, width = 4, 5, 2, 6
    nodes = [node('Reshape', 'x packed', 'p'), node('Transpose', 'p', 't', perm=[2, 0, 3, 1, 4])]
    nodes += [node('Gather', f't {i}', i, axis=0) for i in 'qkv']
    nodes += [node('Mul', 'q scale', 'qs')] if scale else [node('Identity', 'q', 'qs')]
    nodes += [node('Transpose', 'k', 'kt', perm=[0, 1, 3, 2]), node('MatMul', 'qs kt', 'd'), *WINDOWS[scores]]
    nodes += [node('Softmax', 's', 'a', axis=-1), node('MatMul', 'a v', 'c'),
              node('Transpose', 'c', 'ct', perm=[0, 2, 1, 3]), node('Reshape', 'ct one')]
    nodes = [helper.make_node(n.op_type, [{'q': 'i0', 'k': 'i1', 'v': 'i2'}[i] if n.op_type == 'Gather' and i != 't'
                                          else i for i in n.input], n.output) if n.op_type == 'Gather' else n
             for n in nodes]
    constants = dict(
        packed=ints(windows, tokens, 3, heads, width), i0=np.int64(0), i1=np.int64(1), i2=np.int64(2),
        scale=np.float32(0.4), bias=floats(1, heads, tokens, tokens), five=ints(1, windows, heads, tokens, tokens),
        mask=floats(1, windows, 1, tokens, tokens), four=ints(windows, heads, tokens, tokens), same=floats(1, tokens),
        one=ints(1, -1))
    layers = check(nodes, {'x': floats(1, windows * tokens, 3 * heads * width)}, constants, tmp_path)
    assert 'SDPA' in layers and 'MatMul' not in layers


# -------------------------------------------------------------------------------------------- products


@pytest.mark.parametrize('rows', [1, 2, 8, 9, 16, 17, 49])
def test_products_by_rows(rows, tmp_path):
    nodes = [node('MatMul', 'x w', 'm'), node('Add', 'm b', 'a'), node('Relu', 'a', 'r'), node('MatMul', 'r v')]
    check(nodes, {'x': floats(1, rows, 12)}, dict(w=floats(12, 20), b=floats(20), v=floats(20, 7)), tmp_path)


@pytest.mark.parametrize('shape', [(1, 3, 5, 12), (1, 1, 5, 12), (3, 5, 12), (1, 2, 3, 5, 12)])
def test_products_of_more_dimensions(shape, tmp_path):
    nodes = [
        node('MatMul', 'x w', 'm'),
        node('Add', 'b m', 'a'),
        node('Mul', 'a two', 't'),
        node('MatMul', 't v', 'n'),
        node('Reshape', 'n one'),
    ]
    feeds = {'x': floats(1, int(np.prod(shape)))}
    constants = dict(
        w=floats(12, 20), b=floats(1, 20), two=np.float32(2), v=floats(20, 7), one=ints(1, -1), s=ints(*shape)
    )
    nodes[0] = node('MatMul', 'xs w', 'm')
    check([node('Reshape', 'x s', 'xs'), *nodes], feeds, constants, tmp_path)


@pytest.mark.parametrize('size', [4, 1])
def test_squeeze_excite(size, tmp_path):
    """Also where width and channels are equal: ncnn finds out by itself what a row is for."""
    nodes = [
        node('GlobalAveragePool', 'x', 'p'),
        node('Conv', 'p w b', 'c'),
        node('Relu', 'c', 'r'),
        node('Conv', 'r v', 'd'),
        node('HardSigmoid', 'd', 's'),
        node('Mul', 's x'),
    ]
    constants = dict(w=floats(2, size, 1, 1), b=floats(2), v=floats(size, 2, 1, 1))
    for shape in ((1, size, 5, size), (1, size, size, 6), (1, size, size, size)):
        layers = check(nodes, {'x': floats(*shape)}, constants, tmp_path)
        assert layers == ['Input', 'Split', 'Pooling', 'InnerProduct', 'InnerProduct', 'HardSigmoid', 'BinaryOp']


@pytest.mark.parametrize('op', ['Sub', 'Div'])
@pytest.mark.parametrize('first', [True, False])
def test_per_channel(op, first, tmp_path):
    """Operators whose operands may not be exchanged."""
    nodes = [node('GlobalMaxPool', 'x', 'p'), node('Add', 'p two', 'q'), node(op, 'q x' if first else 'x q')]
    feeds = {'x': np.abs(floats(1, 16, 5, 16)) + 1}
    check(nodes, feeds, dict(two=np.float32(2)), tmp_path)


@pytest.mark.parametrize('shape', [(1, 6, 9), (1, 6, 5, 7), (1, 6, 3, 4, 5)])
def test_pools_over_all(shape, tmp_path):
    axes = list(range(2, len(shape)))
    nodes = [
        node('GlobalAveragePool', 'x', 'a'),
        node('GlobalMaxPool', 'x', 'b'),
        node('ReduceMean', 'x', 'c', axes=axes, keepdims=1),
        node('Sum', 'a b c'),
    ]
    check(nodes, {'x': floats(*shape)}, {}, tmp_path)


def test_transposed_factors(tmp_path):
    nodes = [node('Transpose', 'z', 't', perm=[0, 1, 3, 2]), node('MatMul', 'x t')]
    check(nodes, {'x': floats(1, 2, 3, 4), 'z': floats(1, 2, 5, 4)}, {}, tmp_path)
    # Two dimensions have no batch to leave out, or have one.
    nodes = [
        node('Reshape', 'x s', 'r'),
        node('Transpose', 'r', 't', perm=[1, 0]),
        node('MatMul', 'r t', 'm'),
        node('Reshape', 'm one'),
    ]
    for rows, columns in ((3, 4), (1, 12), (12, 1)):
        check(nodes, {'x': floats(1, 12)}, dict(s=ints(rows, columns), one=ints(1, -1)), tmp_path)


@pytest.mark.parametrize('alpha,beta', [(0.5, 2.0), (1.0, 0.5), (2.0, 1.0)])
def test_gemm_of_computed_matrices(alpha, beta, tmp_path):
    nodes = [
        node('Reshape', 'x s', 'a'),
        node('Reshape', 'z s', 'b'),
        node('Gemm', 'a b c', 'g', alpha=alpha, beta=beta, transB=1),
        node('Reshape', 'g one'),
    ]
    constants = dict(s=ints(3, 4), c=floats(3, 3), one=ints(1, 9))
    check(nodes, {'x': floats(1, 12), 'z': floats(1, 12)}, constants, tmp_path)


# ------------------------------------------------------------------------------------------- operators


@pytest.mark.parametrize(
    'equation,a,b',
    [
        ('bhid,bhjd->bhij', (1, 2, 3, 4), (1, 2, 5, 4)),
        ('bhij,bhjd->bhid', (1, 2, 3, 4), (1, 2, 4, 5)),
        ('bnd,bmd->bnm', (1, 9, 16), (1, 7, 16)),
        ('bij,bjk->bki', (1, 3, 4), (1, 4, 5)),
        ('bij,bij->bij', (1, 3, 4), (1, 3, 4)),
        ('bij,bij->bi', (1, 3, 4), (1, 3, 4)),
        ('bij,bij->b', (1, 3, 4), (1, 3, 4)),
        ('bi,bj->bij', (1, 3), (1, 4)),
        ('bijk,bjl->bikl', (1, 3, 4, 5), (1, 4, 6)),
        ('bijk,bl->bl', (1, 3, 4, 5), (1, 6)),
        ('bchw,bcij->bhwij', (1, 2, 3, 4), (1, 2, 3, 2)),
        ('...ij,...jk->...ik', (1, 2, 3, 4), (1, 2, 4, 5)),
        ('...ij,jk->...ik', (1, 2, 3, 4), (4, 5)),
        ('bij,bjk->bik', (1, 1, 4), (1, 4, 5)),
        ('bij,bjk->bik', (1, 3, 1), (1, 4, 5)),
    ],
)
def test_einsum(equation, a, b, tmp_path):
    feeds, constants = {'x': floats(*a)}, {}
    (feeds if b[0] == 1 else constants)['z'] = floats(*b)
    check([node('Einsum', 'x z', equation=equation)], feeds, constants, tmp_path)


@pytest.mark.parametrize(
    'equation,shape,y', [('bij->bji', (1, 3, 4), None), ('bijk->bkj', (1, 3, 4, 5), None), ('bij->bi', (1, 3, 4), None)]
)
def test_einsum_of_one(equation, shape, y, tmp_path):
    check([node('Einsum', 'x', equation=equation)], {'x': floats(*shape)}, {}, tmp_path)


@pytest.mark.parametrize(
    'equation,weight', [('bchw,kc->bkhw', (6, 8)), ('bchw,kh->bckw', (6, 5)), ('bchw,chk->bkw', (8, 5, 3))]
)
def test_einsum_with_a_constant(equation, weight, tmp_path):
    check([node('Einsum', 'x w', equation=equation)], {'x': floats(1, 8, 5, 7)}, dict(w=floats(*weight)), tmp_path)


@pytest.mark.parametrize('mode', ['bilinear', 'bicubic', 'nearest'])
@pytest.mark.parametrize('padding', ['zeros', 'border', 'reflection'])
@pytest.mark.parametrize('align', [0, 1])
def test_grid_sample(mode, padding, align, tmp_path):
    """Also in the middle of two elements, and far outside."""
    grid = RANDOM.uniform(-5, 5, (1, 6, 8, 2)).astype(np.float32)
    # ONNX Runtime's reflections are a rounding error away from the middle, PyTorch's and ours are not.
    if padding != 'reflection':
        grid[0, :3] = np.round(grid[0, :3] * 4) / 4
    feeds = {'x': floats(1, 5, 9, 8), 'g': grid}
    nodes = [node('GridSample', 'x g', mode=mode, padding_mode=padding, align_corners=align)]
    check(nodes, feeds, {}, tmp_path, tolerance=1e-3)


@pytest.mark.parametrize('axis', [1, 2, -1])
@pytest.mark.parametrize('exclusive', [0, 1])
@pytest.mark.parametrize('reverse', [0, 1])
def test_cumsum(axis, exclusive, reverse, tmp_path):
    nodes = [node('CumSum', 'x a', exclusive=exclusive, reverse=reverse)]
    for shape in ((1, 3, 4), (1, 3, 4, 5)):
        check(nodes, {'x': floats(*shape)}, dict(a=np.int64(axis)), tmp_path)


@pytest.mark.parametrize(
    'starts,ends,axes,steps',
    [
        ((-1,), (-(2**63) + 1,), (2,), (-1,)),
        ((-1, -1), (-(2**63) + 1, -(2**63) + 1), (1, 3), (-1, -1)),
        ((5,), (1,), (2,), (-2,)),
        ((-2, 0), (-7, 9), (3, 2), (-3, 2)),
        ((0, -1), (2, -100), (1, 3), (1, -1)),
    ],
)
def test_slices_backwards(starts, ends, axes, steps, tmp_path):
    constants = dict(b=ints(*starts), e=ints(*ends), a=ints(*axes), s=ints(*steps))
    check([node('Slice', 'x b e a s')], {'x': floats(1, 3, 8, 7)}, constants, tmp_path)


@pytest.mark.parametrize('axis', [0, 1])
def test_rows_by_computed_numbers(axis, tmp_path):
    """As embeddings do: the numbers have a batch."""
    if axis == 0:
        nodes = [node('Cast', 'x', 'i', to=TensorProto.INT64), node('Gather', 'w i', axis=0)]
    else:
        nodes = [node('Cast', 'x', 'i', to=TensorProto.INT64), node('Gather', 'w i', 'g', axis=1),
                 node('Reshape', 'g one')]
    feeds = {'x': np.array([[3, 0, 1, 1, 4]], np.float32)}
    check(nodes, feeds, dict(w=floats(5, 5), one=ints(1, -1)), tmp_path)


@pytest.mark.parametrize('axis', [1, -1])
def test_elements_at_computed_places(axis, tmp_path):
    nodes = [node('Cast', 'i', 'j', to=TensorProto.INT64), node('GatherElements', 'x j', 'g', axis=axis),
             node('Add', 'g g', 'u'), node('ScatterElements', 'x j u', axis=axis)]
    order = np.stack([RANDOM.permutation(4)[:3] for _ in range(15)], 0).reshape(1, 5, 3, 3)
    indices = np.moveaxis(order, 3, axis).astype(np.float32)
    shape = list(indices.shape)
    shape[axis] = 4
    check(nodes, {'x': floats(*shape), 'i': np.ascontiguousarray(indices)}, {}, tmp_path)


def test_division_of_integers(tmp_path):
    nodes = [node('Cast', 'x', 'a', to=TensorProto.INT64), node('Cast', 'z', 'b', to=TensorProto.INT64),
             node('Div', 'a b', 'q'), node('Div', 'q three', 'r'), node('Cast', 'r', to=TensorProto.FLOAT)]
    feeds = {'x': RANDOM.integers(-10**6, 10**6, (1, 500)).astype(np.float32),
             'z': RANDOM.integers(1, 50, (1, 500)).astype(np.float32)}
    check(nodes, feeds, dict(three=np.int64(-3)), tmp_path)


def test_remainders(tmp_path):
    """Exact where a rounded quotient is off by one."""
    x = np.concatenate([floats(1, 64) * 50, np.array([[6, -6, 0.3, 1e8, -1e8, 0, 2.5, -2.5]], np.float32)], 1)
    for divisor in (2.5, -2.5, 0.1, 3.0):
        feeds = {'x': x}
        model = model_of([node('Mod', 'x d', fmod=1)], feeds, dict(d=np.float32(divisor)))
        found, _ = convert_and_run(model, feeds, tmp_path)
        np.testing.assert_array_equal(found[0], run_onnxruntime(model, feeds)[0])


def test_where_takes_nothing_else(tmp_path):
    """What is not chosen may be infinite or no number."""
    x = floats(1, 4, 3, 5)
    condition = RANDOM.random((1, 4, 3, 5)) > 0.5
    x[~condition] = np.array([np.inf, -np.inf, np.nan])[RANDOM.integers(0, 3, (~condition).sum())]
    check([node('Where', 'c x z')], {'x': x}, dict(c=condition, z=np.float32(0.25)), tmp_path)


@pytest.mark.parametrize('op', ['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'])
def test_comparisons(op, tmp_path):
    nodes = [
        node(op, 'x z', 'c'),
        node('Not', 'c', 'n'),
        node('Or', 'n m', 'o'),
        node('And', 'o c', 'a'),
        node('Where', 'a x z'),
    ]
    feeds = {'x': np.round(floats(1, 3, 4) * 2), 'z': np.round(floats(1, 4) * 2)}
    check(nodes, feeds, dict(m=RANDOM.random((1, 3, 4)) > 0.5), tmp_path)


@pytest.mark.parametrize('soft', [True, False])
def test_shrink(soft, tmp_path):
    if soft:
        nodes = [
            node('Greater', 'x l', 'g'),
            node('Sub', 'x l', 'd'),
            node('Where', 'g d o', 'p'),
            node('Less', 'x n', 'h'),
            node('Add', 'x l', 'e'),
            node('Where', 'h e o', 'q'),
            node('Add', 'p q'),
        ]
    else:
        nodes = [node('Greater', 'x l', 'g'), node('Less', 'x n', 'h'), node('Or', 'g h', 'c'), node('Where', 'c x o')]
    x = np.concatenate([floats(1, 64), np.array([[0.2, -0.2, 0, np.inf, -np.inf]], np.float32)], 1)
    constants = dict(l=np.float32(0.2), n=np.float32(-0.2), o=np.float32(0))
    assert 'Shrink' in check(nodes, {'x': x}, constants, tmp_path)


@pytest.mark.parametrize('pads', [(0, 0, -1, -2, 0, 0, 0, -1), (0, 0, -1, 2, 0, 0, 3, -2), (0, -1, 0, 0, 0, 2, 0, 0)])
def test_negative_pads(pads, tmp_path):
    constants = dict(p=ints(*pads), v=np.float32(0.5))
    check([node('Pad', 'x p v')], {'x': floats(1, 4, 6, 7)}, constants, tmp_path)


@pytest.mark.parametrize(
    'kernel,stride,dilation,pad', [(3, 1, 1, 1), (3, 2, 1, 0), (2, 1, 2, 2), (4, 3, 1, 1), (6, 1, 1, 0)]
)
def test_unfold(kernel, stride, dilation, pad, tmp_path):
    import torch
    from torch.nn import functional as F

    class Unfold(torch.nn.Module):
        def forward(self, x):
            return F.unfold(x, kernel, dilation, pad, stride)

    x = floats(1, 3, 6, 7)
    for opset in (11, 16):
        torch.onnx.export(
            Unfold(),
            torch.from_numpy(x),
            str(tmp_path / 'm.onnx'),
            opset_version=opset,
            input_names=['x'],
            output_names=['y'],
        )
        found, layers = convert_and_run(onnx.load(tmp_path / 'm.onnx'), {'x': x}, tmp_path)
        np.testing.assert_array_equal(found[0], Unfold()(torch.from_numpy(x)).numpy())
        assert layers == ['Input', 'Unfold']


@pytest.mark.parametrize('order', [[(0, 0), (0, 1), (1, 0), (1, 1)], [(0, 0), (1, 0), (0, 1), (1, 1)],
                                   [(1, 1), (0, 0), (0, 1), (1, 0)], [(0, 0), (0, 0), (0, 1), (1, 0)]])
@pytest.mark.parametrize('conv', [True, False])
def test_every_second_element(order, conv, tmp_path):
    """As YOLOX begins; also where a part comes twice, or nothing can take the channels in another order."""
    nodes, constants = [], dict(e=ints(2**40, 2**40), a=ints(2, 3), s=ints(2, 2), w=floats(6, 12, 3, 3))
    for i, begin in enumerate(order):
        constants[f'b{i}'] = ints(*begin)
        nodes.append(node('Slice', f'x b{i} e a s', f'p{i}'))
    nodes += [node('Concat', 'p0 p1 p2 p3', 'c', axis=1), node('Conv', 'c w') if conv else node('Relu', 'c')]
    layers = check(nodes, {'x': floats(1, 3, 8, 6)}, constants, tmp_path)
    whole = len(set(order)) == 4 and (conv or order == sorted(order))
    assert ('Reorg' in layers) == whole and ('TensorSlice' in layers) != whole


def places(*ranges):
    """Return the indices of ScatterND for all places of a block."""
    grid = np.meshgrid(*[np.array(r, np.int64) for r in ranges], indexing='ij')
    return np.stack(grid, -1)


@pytest.mark.parametrize(
    'indices',
    [
        places([0], [1, 2]),
        places([0], [1, 2], [0, 1, 2], [3]),
        places([0], [0, 2], range(5), range(6)),
        places([0], [3, 1], [2], [-1, -2]),
        places([0]),
    ],
    ids=['block', 'inside', 'gaps', 'order', 'all'],
)
@pytest.mark.parametrize('constant', [True, False])
def test_assignments(indices, constant, tmp_path):
    shape = (1, 4, 5, 6)
    depth = indices.shape[-1]
    updates = floats(*indices.shape[:-1], *shape[depth:])
    flat = updates.reshape(1, -1)
    nodes = [node('Reshape', 'f s', 'u'), node('ScatterND', 'x i u')]
    feeds, constants = {'x': floats(*shape)}, dict(i=indices, s=ints(*updates.shape))
    (constants if constant else feeds)['f'] = flat
    check(nodes, feeds, constants, tmp_path)


@pytest.mark.parametrize('axis', [1, -1])
def test_scatter_elements(axis, tmp_path):
    indices = np.stack([RANDOM.permutation(3)[:2] for _ in range(4)], 1)[None]
    feeds = {'x': floats(1, 4, 4), 'u': floats(*indices.shape)}
    if axis == -1:
        indices = np.ascontiguousarray(np.swapaxes(indices, 1, 2))
        feeds['u'] = floats(*indices.shape)
    check([node('ScatterElements', 'x i u', axis=axis)], feeds, dict(i=indices.astype(np.int64)), tmp_path)


@pytest.mark.parametrize('weight', ['w', ''])
@pytest.mark.parametrize('bias', ['b', ''])
@pytest.mark.parametrize('shape', [(1, 8, 5, 6), (1, 8, 7)])
def test_group_norm(shape, weight, bias, tmp_path):
    nodes = [
        node('Reshape', 'x s', 'r'),
        node('InstanceNormalization', 'r one zero', 'n', epsilon=1e-3),
        node('Reshape', 'n t', 'y0'),
    ]
    for op, other in (('Mul', weight), ('Add', bias)):
        if other:
            nodes.append(node(op, f'y{len(nodes) - 3} {other}', f'y{len(nodes) - 2}'))
    nodes.append(node('Identity', f'y{len(nodes) - 3}'))
    behind = (1,) * (len(shape) - 2)
    constants = dict(
        s=ints(1, 4, -1),
        t=ints(*shape),
        one=np.ones(4, np.float32),
        zero=np.zeros(4, np.float32),
        w=floats(8, *behind),
        b=floats(1, 8, *behind),
    )
    layers = check(nodes, {'x': floats(*shape)}, constants, tmp_path)
    assert layers == ['Input', 'GroupNorm']


@pytest.mark.parametrize('op,gates', [('LSTM', 4), ('GRU', 3), ('RNN', 1)])
@pytest.mark.parametrize('directions', [1, 2])
@pytest.mark.parametrize('states', ['constant', 'computed', 'one'])
def test_first_states(op, gates, directions, states, tmp_path):
    size, inputs, length = 5, 6, 4
    attributes = dict(hidden_size=size, direction='bidirectional' if directions == 2 else 'forward')
    if op == 'GRU':
        attributes['linear_before_reset'] = 1
    constants = dict(
        w=floats(directions, gates * size, inputs), r=floats(directions, gates * size, size),
        b=floats(directions, 2 * gates * size), h=floats(directions, 1, size), c=floats(directions, 1, size),
        t=ints(length, 1, inputs), s=ints(directions, 1, size), one=ints(1, -1))
    feeds = {'x': floats(1, length, inputs)}
    nodes = [node('Reshape', 'x t', 'seq')]
    if states == 'computed':
        feeds['g'] = floats(1, directions * size)
        nodes += [node('Reshape', 'g s', 'g1'), node('Tanh', 'g1', 'h0')]
        del constants['h']
    first = {'constant': 'h', 'computed': 'h0', 'one': 'h'}[states]
    names = ['seq', 'w', 'r', 'b', '', first] + (['c'] if op == 'LSTM' and states != 'one' else [])
    nodes += [helper.make_node(op, names, ['y0'], **attributes), node('Reshape', 'y0 one')]
    check(nodes, feeds, constants, tmp_path)


def test_sizes_of_an_open_batch(tmp_path):
    """Halves of the channels, which exporters calculate from the shape of all images."""
    import torch

    class Halves(torch.nn.Module):

        def forward(self, x):
            a, b = x.chunk(2, 1)
            return a * 2 - b

    x = floats(3, 4, 5, 6)
    torch.onnx.export(Halves(), torch.from_numpy(x), str(tmp_path / 'm.onnx'), opset_version=13, input_names=['x'],
                      output_names=['y'], dynamic_axes={'x': {0: 'n'}, 'y': {0: 'n'}})
    found, layers = convert_and_run(onnx.load(tmp_path / 'm.onnx'), {'x': x}, tmp_path)
    np.testing.assert_allclose(found[0], Halves()(torch.from_numpy(x)).numpy(), rtol=1e-6)
    assert layers == ['Input', 'Slice', 'BinaryOp', 'BinaryOp']
