"""Rewrites of PyTorch's functions: they compute the same, and export what engines can run."""
import logging

import pytest
import torch
from torch.nn import functional as F

from mmdeploy.core import RewriterContext
from mmdeploy.pytorch.testing import assert_same, find_node, op_types, run_onnx
from mmdeploy.utils import IR
from mmdeploy.utils.validate import export_graph


@pytest.fixture
def log(caplog):
    """Messages of the root logger of mmdeploy."""
    logger = logging.getLogger('mmdeploy')
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


def test_encoders_that_make_nested_tensors_are_refused_by_name():
    x, mask = torch.rand(2, 5, 8), torch.tensor([[False] * 5, [False] * 2 + [True] * 3])

    def encode(**options):
        layer = torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        encoder = torch.nn.TransformerEncoder(layer, 2, **options).eval().requires_grad_(False)
        return lambda x: encoder(x, src_key_padding_mask=mask)

    with pytest.raises(NotImplementedError, match='src_key_padding_mask.*enable_nested_tensor=False'):
        export_graph(encode(), (x, ))
    assert_same(encode(enable_nested_tensor=False), (x, ))


def test_atan2_keeps_the_quadrant():
    sides = torch.tensor([-2., -1e-7, 0., 1e-7, 3.])
    y, x = (side.flatten() for side in torch.meshgrid(sides, sides, indexing='ij'))
    model = assert_same(lambda y, x: torch.atan2(y, x), (y, x))
    assert 'Atan' in op_types(model)


def test_atan2_broadcasts_and_takes_integers():
    y, x = torch.tensor([[1], [-1], [0]]), torch.tensor([-1, 0, 2])
    expected = torch.atan2(y, x)
    with RewriterContext({}):
        torch.testing.assert_close(torch.atan2(y, x), expected)


@pytest.mark.parametrize('chunks, dim', [(2, 1), (3, -1), (4, 1), (9, 2)])
def test_chunk_ncnn(chunks, dim):
    x = torch.rand(1, 5, 7)
    expected = x.chunk(chunks, dim)
    with RewriterContext({}, 'ncnn'):
        pieces = x.chunk(chunks, dim)
    assert [p.tolist() for p in pieces] == [p.tolist() for p in expected]
    model = assert_same(lambda x: x.chunk(chunks, dim)[-1] * 2, (x, ), 'ncnn')
    assert 'Gather' in op_types(model) and 'Split' not in op_types(model)


def test_chunk_ncnn_of_a_tensor_that_is_written():
    def function(x):
        y = x * 1
        first, second = y.chunk(2, 1)
        second *= 3
        first[:, 0] = 7
        return y + 1

    assert_same(function, (torch.rand(1, 5, 7), ), 'ncnn')


def test_chunk_torchscript():
    x = torch.rand(2, 6)
    with RewriterContext({}, ir=IR.TORCHSCRIPT):
        assert [p.tolist() for p in x.chunk(3, 1)] == [p.tolist() for p in x.split(2, 1)]
        with pytest.raises(AssertionError, match='cannot split to equal sizes: dimension 1 has 6 entries, which 4'):
            x.chunk(4, 1)


@pytest.mark.parametrize('shape, sizes, is_same', [((1, 1, 4), (1, -1, -1), True), ((1, 1, 4), (-1, 3, 4), False),
                                                   ((1, 3), (2, 3), False), ((1, 1, 4), (2, 1, 4), False)])
def test_expand_ncnn(shape, sizes, is_same):
    x = torch.rand(shape)
    expected = x.expand(*sizes)
    with RewriterContext({}, 'ncnn'):
        for actual in (x.expand(*sizes), x.expand(sizes)):
            assert actual.tolist() == expected.tolist()
            assert (actual is x) is is_same


def test_sizes_are_numbers_for_ncnn():
    x = torch.rand(1, 3, 4)
    seen = []

    def function(x):
        seen.extend([x.shape[1], x.size(2), x.size()[0], x.size(dim=1)])
        assert isinstance(x.shape, torch.Size)
        return x.reshape(x.shape[0], -1, x.size(1))

    model = assert_same(function, (x, ), 'ncnn', dynamic_axes={'x': [1, 2]}, input_names=['x'])
    assert all(type(size) is int for size in seen)
    assert 'Shape' not in op_types(model)


@pytest.mark.parametrize('shape', [(2, 4, 3, 5), (1, 4, 3), (2, 4, 2, 3, 2), (3, 4)])
@pytest.mark.parametrize('affine', [True, False])
def test_group_norm_ncnn(shape, affine):
    x = torch.randn(shape)
    weight, bias = (torch.randn(4), torch.randn(4)) if affine else (None, None)
    model = assert_same(lambda x: F.group_norm(x, 2, weight, bias, 1e-3), (x, ), 'ncnn')
    assert 'InstanceNormalization' in op_types(model)


@pytest.mark.parametrize('size', [4, (4, 4), (3, 5), (11, 2)])
@pytest.mark.parametrize('mode', ['nearest', 'bilinear'])
def test_interpolate_ncnn(size, mode):
    x = torch.rand(1, 2, 7, 9)
    align = None if mode == 'nearest' else False
    expected = F.interpolate(x, size, mode=mode, align_corners=align)
    with RewriterContext({}, 'ncnn'):
        torch.testing.assert_close(F.interpolate(x, size, mode=mode, align_corners=align), expected)
    model = export_graph(lambda x: F.interpolate(x, size, mode=mode, align_corners=align), (x, ), 'ncnn')
    assert 'Resize' in op_types(model)


@pytest.mark.parametrize('mode', ['nearest', 'bilinear'])
def test_interpolate_ncnn_of_open_sizes(mode):
    def function(x):
        return F.interpolate(x * 1, (10, 13), mode=mode)

    options = dict(input_names=['x'], output_names=['y'])
    model = export_graph(function, (torch.rand(1, 2, 7, 9), ), 'ncnn', dynamic_axes={'x': [2, 3]}, **options)
    for size in ((7, 9), (14, 6), (3, 30)):
        x = torch.rand(1, 2, *size)
        torch.testing.assert_close(run_onnx(model, [x])[0], function(x), rtol=1e-4, atol=1e-5)
    # An open batch, or one of the export before, changes nothing.
    for dynamic_axes in ({'x': [0]}, {'y': [2]}, None):
        model = export_graph(function, (torch.rand(1, 2, 7, 9), ), 'ncnn', dynamic_axes=dynamic_axes, **options)
        assert 'Shape' not in op_types(model)


def test_interpolate_ncnn_gets_every_size():
    with RewriterContext({}, 'ncnn'):
        for own in range(1, 130):
            for want in range(1, 130, 7):
                assert F.interpolate(torch.zeros(1, 1, own), want).shape[-1] == want


def test_interpolate_ncnn_keeps_factors():
    x = torch.rand(1, 2, 4, 4)
    expected = F.interpolate(x, scale_factor=1.5)
    with RewriterContext({}, 'ncnn'):
        assert torch.equal(F.interpolate(x, scale_factor=1.5), expected)
        with pytest.raises(ValueError):
            F.interpolate(x, size=4, scale_factor=1.5)


@pytest.mark.parametrize('options, factors', [(dict(scale_factor=2), [2, 2]), (dict(scale_factor=(2, 1.5)), [2, 1.5]),
                                              (dict(size=8), [2, 1]), (dict(size=(6, 4)), [1.5, 0.5])])
def test_interpolate_tensorrt_bicubic(options, factors, log):
    x = torch.rand(1, 2, 4, 8)

    def function(x):
        return F.interpolate(x, mode='bicubic', align_corners=True, **options)

    expected = function(x)
    with RewriterContext({}, 'tensorrt'):
        torch.testing.assert_close(function(x), expected)
    model = export_graph(function, (x, ), 'tensorrt')
    assert op_types(model) == ['mmdeploy::TRTBicubicInterpolate']
    _, attributes = find_node(model, 'mmdeploy::TRTBicubicInterpolate')
    assert attributes == dict(scale_factor=factors, align_corners=1)
    assert ('fixed factors' in log.text) is ('size' in options)


def test_interpolate_tensorrt_computes_factors_anew():
    def function(x):
        return F.interpolate(x, scale_factor=2.7, mode='bicubic', recompute_scale_factor=True)

    x = torch.rand(1, 2, 7, 2)
    expected = function(x)
    with RewriterContext({}, 'tensorrt'):
        torch.testing.assert_close(function(x), expected)


def test_interpolate_tensorrt_otherwise_stays():
    x = torch.rand(1, 2, 4, 8)
    expected = F.interpolate(x, scale_factor=2)
    with RewriterContext({}, 'tensorrt'):
        assert torch.equal(F.interpolate(x, scale_factor=2), expected)
        assert F.interpolate(x, (3, 3), mode='bilinear', align_corners=False).shape[2:] == (3, 3)


@pytest.mark.parametrize('shape', [(2, 8), (1, 6, 8), (3, 6, 8), (1, 2, 6, 8), (8, )])
@pytest.mark.parametrize('has_bias', [True, False])
def test_linear_ncnn(shape, has_bias):
    x, weight, bias = torch.randn(shape), torch.randn(5, 8), torch.randn(5) if has_bias else None
    expected = F.linear(x, weight, bias)
    with RewriterContext({}, 'ncnn'):
        torch.testing.assert_close(F.linear(x, weight, bias), expected)
    if len(shape) == 1:
        return
    model = export_graph(torch.nn.Linear(8, 5, bias=has_bias), (x, ), 'ncnn')
    if len(shape) == 2:
        node, attributes = find_node(model, 'Gemm')
        assert attributes == dict(alpha=1, beta=1, transA=0, transB=1)
        assert len(node.input) == 2 + has_bias
    else:
        assert 'MatMul' in op_types(model) and 'Gemm' not in op_types(model)


def test_masked_fill_onnxruntime():
    x, mask = torch.randn(2, 3), torch.tensor([[True, True, True], [False, False, True]])
    assert_same(lambda x: x.masked_fill(mask, float('-inf')), (x, ), 'onnxruntime')
    assert_same(lambda x: torch.masked_fill(x, mask, torch.tensor(float('-inf'))), (x, ), 'onnxruntime')
    assert_same(lambda x: x.masked_fill(mask, 2.), (x, ), 'onnxruntime')
    # A row without any key: models look for its NaN.
    assert_same(lambda x: x.masked_fill(mask, float('-inf')).softmax(-1).nan_to_num(0), (x, ), 'onnxruntime', opset=13)


@pytest.mark.parametrize('shape', [(1, 3, 4), (1, 3, 4, 5)])
def test_normalize_ncnn(shape):
    x = torch.randn(shape)
    for dim in [*range(1, len(shape)), -1]:
        for p in (1, 2):
            assert_same(lambda x, dim=dim, p=p: F.normalize(x, p, dim), (x, ), 'ncnn')
    for options, message in ((dict(dim=0), 'dim must not be 0'), (dict(p=3), 'p=1 and p=2 only')):
        with RewriterContext({}, 'ncnn'), pytest.raises(AssertionError, match=message):
            F.normalize(x, **options)


def test_normalize_ncnn_refuses_batches():
    with RewriterContext({}, 'ncnn'), pytest.raises(AssertionError, match=r'found p=2, dim=1, input \[2, 3, 4\]'):
        F.normalize(torch.rand(2, 3, 4))


@pytest.mark.parametrize('sizes', [(3, ), (2, 3)])
def test_repeat_tensorrt(sizes):
    x = torch.rand(4)
    model = assert_same(lambda x: x.repeat(*sizes) + x.repeat(sizes), (x, ), 'tensorrt')
    assert 'Tile' in op_types(model)


ALL = slice(None)
ASSIGNMENTS = {
    'scalar': ((ALL, slice(1, 3)), 5),
    'first_axis': (slice(1, None), 0.5),
    'broadcast': ((slice(0, 1), slice(None, 2)), torch.arange(5.)),
    'leading_ones': ((slice(0, 2), slice(2, 3)), torch.full((1, 1, 1, 5), 2.)),
    'negative': ((ALL, slice(-3, -1), slice(1, -1)), torch.rand(2, 2, 3)),
    'whole': (ALL, 3),
    'empty': ((slice(2, 1), ALL), 3),
    'beyond': ((slice(1, 100), ), torch.ones(5)),
    'integers': ((ALL, slice(0, 1)), torch.tensor(4)),
}


@pytest.mark.parametrize('name', ASSIGNMENTS)
def test_setitem(name):
    key, value = ASSIGNMENTS[name]

    def function(x):
        x = x * 1
        x[key] = value
        return x + 1

    model = assert_same(function, (torch.rand(2, 4, 5), ))
    assert 'ScatterND' not in op_types(model)


def test_setitem_of_computed_values():

    def function(x):
        out = x * 1
        out[:, 1:3] = x[:, :2] * 2
        out[1:, :, 2:4] = x.sum()
        return out

    model = assert_same(function, (torch.rand(2, 4, 5), ))
    assert 'ScatterND' not in op_types(model)
    x = torch.rand(2, 4, 5)
    torch.testing.assert_close(run_onnx(model, [x])[0], function(x))


def test_setitem_of_other_keys_is_pytorch_s():
    x, y = torch.zeros(3, 4), torch.zeros(3, 4)
    for tensor, context in ((x, None), (y, RewriterContext({}))):
        if context:
            context.enter()
        tensor[1, 2] = 1
        tensor[..., 0] = 2
        tensor[::2, 1] = 3
        tensor[torch.tensor([0, 2])] += 1
        if context:
            context.exit()
    assert torch.equal(x, y)


def test_setitem_with_dynamic_bounds():

    def function(x):
        x = x * 1
        x[:, :x.shape[1] // 2] = 0
        return x

    model = assert_same(function, (torch.rand(1, 6), ), dynamic_axes={'x': [1]}, input_names=['x'])
    assert 'ScatterND' not in op_types(model)
    x = torch.rand(1, 9)
    assert torch.equal(run_onnx(model, [x])[0], function(x))


@pytest.mark.parametrize('backend', ['default', 'tensorrt'])
def test_topk(backend):
    x = torch.rand(2, 6)
    model = assert_same(lambda x: x.topk(4, dim=1)[0], (x, ), backend)
    assert 'TopK' in op_types(model)
    with RewriterContext({}, backend):
        assert x.topk(9)[0].shape == (2, 6)
        assert torch.topk(x, 9, dim=0, largest=False)[1].shape == (2, 6)


def test_topk_default_stays_dynamic():
    model = export_graph(lambda x: x.topk(4)[0], (torch.rand(1, 8), ), dynamic_axes={'x': [1]}, input_names=['x'])
    assert run_onnx(model, [torch.rand(1, 3)])[0].shape == (1, 3)


def test_topk_tensorrt_limit(log):
    with RewriterContext({}, 'tensorrt'):
        assert torch.rand(5000).topk(4000)[0].shape == (3840, )
    assert ('Maximum K of TopK in TensorRT is 3840, but given 4000. Note that k will be set to 3840.') in log.text


@pytest.mark.parametrize('backend, count', [('default', 1), ('tensorrt', 2)])
def test_equal_weights_stay_apart(backend, count):
    layers = torch.nn.Sequential(torch.nn.Linear(3, 3, bias=False), torch.nn.Linear(3, 3, bias=False))
    layers[1].load_state_dict(layers[0].state_dict())
    model = export_graph(layers, (torch.rand(2, 3), ), backend)
    assert len(model.graph.initializer) == count


@pytest.mark.parametrize('shape', [[2, 2], [4, 2], [2, 4], [2, 4, 2]])
@pytest.mark.parametrize('diagonal', [0, 1, -1])
def test_triu(shape, diagonal):
    x = torch.rand(shape)
    x[..., 0] = float('-inf')
    assert_same(lambda x: torch.triu(x, diagonal=diagonal), (x, ))
    with RewriterContext({}), pytest.raises(AssertionError, match=r'found \[3\]'):
        torch.triu(torch.rand(3))
