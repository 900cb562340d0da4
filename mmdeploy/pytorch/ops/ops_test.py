"""Symbolics of PyTorch's operators: the nodes that they emit, and what these compute."""
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from mmdeploy.pytorch.testing import assert_same, find_node, op_types, run_onnx
from mmdeploy.utils.validate import export_graph


def nodes(model) -> list[str]:
    """Return the types of nodes that are no constants."""
    return [name for name in op_types(model) if name != 'Constant']


POOLS = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}


@pytest.mark.parametrize('rank, size', [(1, 6), (2, (6, 9)), (3, (4, 6, 9))])
def test_adaptive_avg_pool(rank, size):
    shape = (2, 3, *(size if rank > 1 else (size, )))
    x, pool = torch.rand(shape), POOLS[rank]
    assert op_types(assert_same(lambda x: pool(x, 1), (x, ))) == ['GlobalAveragePool']
    model = assert_same(lambda x: pool(x, [2, 3, 3][:rank]), (x, ))
    node, attributes = find_node(model, 'AveragePool')
    assert model.graph.node[0] == node
    assert attributes == dict(
        kernel_shape=[n // k for n, k in zip(shape[2:], [2, 3, 3], strict=False)],
        strides=[n // k for n, k in zip(shape[2:], [2, 3, 3], strict=False)],
        ceil_mode=0)


@pytest.mark.parametrize('sizes', [(2, 2), (2, -1), (-1, 4), (-1, )])
def test_unflatten_beside_an_axis_without_elements(sizes):
    def function(x):
        return x.unflatten(1, sizes) * 2

    x = torch.rand(2, 4, 3)
    for axes, others in (({0: 'n', 2: 'w'}, [(0, 4, 3), (2, 4, 0), (5, 4, 7)]), ({1: 'h', 2: 'w'}, [(2, 4, 0)])):
        model = export_graph(function, (x, ), opset=14, input_names=['x'], dynamic_axes=dict(x=axes))
        for shape in [x.shape, *others]:
            assert run_onnx(model, (torch.ones(shape), ))[0].shape == function(torch.ones(shape)).shape


def test_adaptive_avg_pool_of_overlapping_bins():
    model = assert_same(lambda x: F.adaptive_avg_pool1d(x, 3), (torch.rand(1, 2, 7), ))
    assert find_node(model, 'AveragePool')[1] == dict(kernel_shape=[3], strides=[2], ceil_mode=0)


@pytest.mark.parametrize('rank, size, out', [(1, (5, ), 3), (2, (5, 6), (3, 3)), (2, (64, 10), (6, 20)),
                                             (3, (3, 5, 7), (2, 3, 4))])
def test_adaptive_avg_pool_of_uneven_bins(rank, size, out):
    model = assert_same(lambda x: POOLS[rank](x, out), (torch.rand(2, 3, *size), ))
    assert 'MatMul' in op_types(model) and 'AveragePool' not in op_types(model)


def test_adaptive_avg_pool_of_unknown_size():
    options = dict(input_names=['x'], dynamic_axes={'x': [2, 3]})
    model = export_graph(lambda x: F.adaptive_avg_pool2d(x, 1), (torch.rand(1, 3, 4, 4), ), **options)
    assert op_types(model) == ['GlobalAveragePool']


@pytest.mark.parametrize('axes', [[2], [3], [2, 3]])
@pytest.mark.parametrize('out', [(2, 2), (6, 6), (3, 5), (None, 3), (2, None), (None, 1), (None, None)])
def test_adaptive_avg_pool_of_open_sizes(axes, out):
    """Sizes below, at, above the number of bins, and multiples of it."""
    model = export_graph(lambda x: F.adaptive_avg_pool2d(x, out), (torch.rand(1, 3, 4, 4), ), input_names=['x'],
                         dynamic_axes={'x': axes})
    for size in (1, 2, 4, 5, 6, 7, 12, 31):
        x = torch.rand(1, 3, size if 2 in axes else 4, size + 1 if 3 in axes else 4)
        torch.testing.assert_close(run_onnx(model, (x, ))[0], F.adaptive_avg_pool2d(x, out))


@pytest.mark.parametrize('count', [lambda x: x.shape[3] // 2, lambda x: x.shape[2], lambda x: (x * 2).shape[3] + 1])
def test_adaptive_avg_pool_to_a_size_that_the_network_computes(count):
    """It is no size of the axis that is pooled, so nobody knows the bins."""
    with pytest.raises(NotImplementedError, match='the output size of axis -1 is computed by the running network'):
        export_graph(lambda x: F.adaptive_avg_pool2d(x * 1, (1, count(x))), (torch.rand(1, 3, 4, 4), ),
                     input_names=['x'], dynamic_axes={'x': [2, 3]})


@pytest.mark.parametrize('out', [1, 2, 3])
def test_adaptive_avg_pool_without_a_batch(out):
    assert_same(lambda x: F.adaptive_avg_pool2d(x * 1, out), (torch.rand(3, 4, 5), ))


def test_adaptive_avg_pool_ncnn():
    model = export_graph(lambda x: F.adaptive_avg_pool2d(x, (3, 2)), (torch.rand(1, 3, 5, 5), ), 'ncnn')
    assert op_types(model)[1] == 'mmdeploy::AdaptiveAvgPool2d'
    assert len(model.graph.node) == 2


@pytest.mark.parametrize('out, is_right', [
    ((None, 3), False), ((2, None), False), ((None, 1), True), ((None, None), True)])
def test_adaptive_avg_pool_ncnn_of_open_sizes(out, is_right):
    """ncnn's sizes are numbers, so a kept one must not become that of the export."""
    options = dict(input_names=['x'], dynamic_axes={'x': [2, 3]})
    if is_right:
        model = export_graph(lambda x: F.adaptive_avg_pool2d(x * 2, out), (torch.rand(1, 3, 4, 6), ), 'ncnn', **options)
        x = torch.rand(1, 3, 5, 7)
        torch.testing.assert_close(run_onnx(model, (x, ))[0], F.adaptive_avg_pool2d(x * 2, out))
        return
    with pytest.raises(NotImplementedError, match='ncnn pools an axis into bins only where the other one has a size'):
        export_graph(lambda x: F.adaptive_avg_pool2d(x * 2, out), (torch.rand(1, 3, 4, 6), ), 'ncnn', **options)


@pytest.mark.parametrize('approximate', ['none', 'tanh'])
def test_gelu_ncnn(approximate):
    model = export_graph(nn.GELU(approximate), (torch.rand(1, 3, 5), ), 'ncnn')
    node, attributes = find_node(model, 'mmdeploy::Gelu')
    assert len(node.input) == 1
    assert attributes == ({} if approximate == 'none' else dict(approximate='tanh'))


@pytest.mark.parametrize('backend, domain', [('onnxruntime', 'mmdeploy'), ('tensorrt', 'mmdeploy'), ('pplnn', 'mmcv')])
def test_grid_sampler(backend, domain):
    x, grid = torch.rand(1, 2, 4, 4), torch.rand(1, 3, 5, 2) * 2 - 1
    model = export_graph(
        lambda x, grid: F.grid_sample(x * 2, grid, mode='bicubic', padding_mode='border', align_corners=True),
        (x, grid), backend)
    node, attributes = find_node(model, f'{domain}::grid_sampler')
    assert len(node.input) == 2
    assert attributes == dict(interpolation_mode=2, padding_mode=1, align_corners=1)


def test_grid_sampler_knows_the_engine_of_the_context():
    x, grid = torch.rand(1, 2, 4, 4), torch.rand(1, 3, 5, 2)
    model = export_graph(lambda x, g: F.grid_sample(x, g, align_corners=False), (x, grid), 'pplnn', cfg={})
    assert op_types(model) == ['mmcv::grid_sampler']


def test_hardsigmoid():
    model = assert_same(F.hardsigmoid, (torch.randn(2, 9) * 4, ))
    node, attributes = find_node(model, 'HardSigmoid')
    assert attributes == dict(alpha=pytest.approx(1 / 6))


@pytest.mark.parametrize('affine', [True, False])
def test_group_norm_tensorrt(affine):
    model = export_graph(nn.GroupNorm(2, 4, eps=1e-3, affine=affine), (torch.rand(1, 4, 3, 5), ), 'tensorrt',
                         do_constant_folding=False)
    assert op_types(model)[:4] == ['Constant', 'Reshape', 'Constant', 'Constant']
    node, attributes = find_node(model, 'mmdeploy::TRTInstanceNormalization')
    assert model.graph.node[4] == node
    assert attributes == dict(epsilon=pytest.approx(1e-3))
    assert [name for name in nodes(model) if name in ('Mul', 'Add')] == (['Mul', 'Add'] if affine else [])


@pytest.mark.parametrize('opset', [11, 17])
def test_group_norm_of_vectors(opset):
    model = assert_same(nn.GroupNorm(2, 6).requires_grad_(False), (torch.rand(3, 6), ), opset=opset)
    assert 'InstanceNormalization' in op_types(model)


def test_layer_norm_ncnn_keeps_a_bias_without_a_weight():
    bias = torch.rand(5)
    model = export_graph(lambda x: F.layer_norm(x, (5, ), None, bias), (torch.rand(1, 3, 5), ), 'ncnn')
    node, attributes = find_node(model, 'mmdeploy::LayerNorm')
    assert attributes['affine'] == 1 and len(node.input) == 3


@pytest.mark.parametrize('affine', [True, False])
def test_layer_norm_ncnn(affine):
    model = export_graph(nn.LayerNorm(5, 1e-3, affine), (torch.rand(1, 3, 5), ), 'ncnn')
    node, attributes = find_node(model, 'mmdeploy::LayerNorm')
    assert attributes == dict(affine=int(affine), epsilon=pytest.approx(1e-3))
    assert list(node.input)[1:] == (['layernorm_weight', 'layernorm_bias'] if affine else [])


def test_layer_norm_ncnn_keeps_several_weights():
    norms = nn.Sequential(nn.LayerNorm(5), nn.LayerNorm(5))
    for parameter in norms.parameters():
        nn.init.normal_(parameter)
    model = export_graph(norms, (torch.rand(1, 3, 5), ), 'ncnn')
    assert len({name for node in model.graph.node for name in node.input[1:]}) == 4
    assert {tensor.name for tensor in model.graph.initializer} == {
        name for node in model.graph.node for name in node.input[1:]}


def test_layer_norm_ncnn_refuses_what_the_node_cannot_say():
    with pytest.raises(NotImplementedError, match='elementwise_affine=True'):
        export_graph(nn.LayerNorm((3, 5), elementwise_affine=False), (torch.rand(1, 3, 5), ), 'ncnn')


@pytest.mark.parametrize('has_bias', [True, False])
@pytest.mark.parametrize('shape', [(3, 5), (1, 3, 5)])
def test_linear_ncnn(shape, has_bias):
    weight, bias = torch.rand(4, 5), torch.rand(4) if has_bias else None
    model = assert_same(lambda x: torch._C._nn.linear(x, weight, bias), (torch.rand(shape), ), 'ncnn')
    if len(shape) == 2:
        node, attributes = find_node(model, 'Gemm')
        assert attributes == dict(alpha=1, beta=1, transA=0, transB=1)
        assert len(node.input) == 2 + has_bias
    else:
        assert [name for name in nodes(model) if name != 'Transpose'] == ['MatMul', 'Add'][:1 + has_bias]


@pytest.mark.parametrize('bidirectional', [True, False])
@pytest.mark.parametrize('layers', [1, 2])
def test_lstm_ncnn(bidirectional, layers):
    lstm = nn.LSTM(5, 4, layers, batch_first=True, bidirectional=bidirectional)
    model = export_graph(lstm, (torch.rand(1, 6, 5), ), 'ncnn')
    found = [node for node in model.graph.node if node.op_type == 'LSTM']
    assert [node.domain for node in found] == ['ncnn'] * layers
    assert {len(node.output) for node in found} == {3} and {len(node.input) for node in found} == {7}
    builtin = export_graph(lstm, (torch.rand(1, 6, 5), ))
    assert [name.replace('ncnn::', '') for name in op_types(model) if 'LSTM' in name] == ['LSTM'] * layers
    assert 'ncnn::LSTM' not in op_types(builtin)


@pytest.mark.parametrize('layer', [nn.GRU, nn.RNN])
def test_other_recurrent_layers_stay(layer):
    model = export_graph(layer(5, 4), (torch.rand(6, 1, 5), ), 'ncnn')
    assert layer.__name__ in op_types(model)


@pytest.mark.parametrize('pad', [(1, 2), (1, 2, 3, 4), (0, 1, 2, 3, 4, 5)])
@pytest.mark.parametrize('is_folded', [True, False])
def test_pad_tensorrt(pad, is_folded):
    model = assert_same(lambda x: F.pad(x, pad, value=2.), (torch.rand(2, 3, 4), ), 'tensorrt',
                        do_constant_folding=is_folded)
    assert 'Transpose' not in op_types(model) and 'Pad' in op_types(model)
    if not is_folded:
        assert op_types(model).count('Slice') == 3


def test_pad_tensorrt_of_computed_sizes():
    model = assert_same(lambda x: F.pad(x, (0, x.shape[1] - 1), mode='reflect'), (torch.rand(2, 3, 4), ), 'tensorrt',
                        input_names=['x'], dynamic_axes={'x': [1]})
    assert 'Transpose' not in op_types(model)


@pytest.mark.parametrize('opset', [11, 13, 16])
@pytest.mark.parametrize('size, chunks, dim', [(5, 4, 1), (5, 4, -1), (9, 4, 1), (7, 4, -1), (6, 3, 1), (2, 5, 1)])
def test_chunk(size, chunks, dim, opset):
    x = torch.rand(2, size)
    model = export_graph(lambda x: torch.chunk(x, chunks, dim), (x, ), opset=opset)
    for found, wanted in zip(run_onnx(model, [x]), torch.chunk(x, chunks, dim), strict=True):
        torch.testing.assert_close(found, wanted)


def sum_rows(x, index):
    return torch.zeros(2, 3, 4).scatter_add(1, index, x)


def add_rows(x, index):
    y = x * 1
    y.index_add_(-2, index, x, alpha=2)
    return y.index_add(1, index, x)


REPEATED = {sum_rows: torch.zeros(2, 3, 4, dtype=torch.long), add_rows: torch.tensor([0, 0, 2])}


@pytest.mark.parametrize('function', REPEATED)
def test_repeated_indices_add_up(function):
    x = torch.rand(2, 3, 4)
    assert_same(function, (x, REPEATED[function]), opset=16)
    with pytest.raises(Exception, match='(scatter|index)_add with an index that may repeat.*16'):
        export_graph(function, (x, REPEATED[function]), opset=13)
    with pytest.raises(Exception, match='(scatter|index)_add with an index that may repeat.*16'):
        export_graph(lambda x: function(x, REPEATED[function]), (x, ), opset=11)


@pytest.mark.parametrize('opset', [11, 13, 16])
def test_constant_indices_that_do_not_repeat(opset):
    order = torch.tensor([2, 0, 1])
    assert_same(lambda x: add_rows(x, order), (torch.rand(2, 3, 4), ), opset=opset)
    rows = order[None, :, None].expand(2, 3, 4).contiguous()
    assert_same(lambda x: sum_rows(x, rows), (torch.rand(2, 3, 4), ), opset=opset)


@pytest.mark.parametrize('opset', [11, 13])
@pytest.mark.parametrize('pad', [(1, 2, 2, 0), (1, 1, 1, 1), (0, 4, 3, 3), (-1, 2, 1, -1), (0, 0, 0, 0)])
def test_pad_circular(pad, opset):
    options = dict(opset=opset, input_names=['x'], dynamic_axes={'x': [0, 2, 3]})
    for kwargs in (dict(opset=opset), options):
        model = assert_same(lambda x: F.pad(x, pad, mode='circular'), (torch.rand(2, 1, 3, 4), ), **kwargs)
    other = torch.rand(1, 1, 6, 7)
    torch.testing.assert_close(run_onnx(model, [other])[0], F.pad(other, pad, mode='circular'))


@pytest.mark.parametrize('layer, shape', [(nn.Conv1d, (1, 2, 5)), (nn.Conv2d, (1, 2, 5, 4)),
                                          (nn.Conv3d, (1, 2, 3, 5, 4))])
def test_convolution_with_circular_padding(layer, shape):
    assert_same(layer(2, 3, 3, padding=1, padding_mode='circular').requires_grad_(False), (torch.rand(shape), ))


@pytest.mark.parametrize('shifts, dims', [((1, ), (1, )), ((-1, 2), (0, 2)), ((7, ), (1, )), ((-9, ), (-1, )),
                                          ((0, ), (0, )), ((2, ), ())])
def test_roll(shifts, dims):
    model = assert_same(lambda x: torch.roll(x, shifts, dims) * 1, (torch.rand(2, 3, 5), ))
    assert op_types(model).count('Concat') == sum(shift != 0 for shift in shifts)


@pytest.mark.parametrize('shifts, dims', [((7, ), (1, )), ((-9, 3), (2, 0)), ((1, -1), (1, 2)), ((13, ), ())])
def test_roll_of_open_sizes(shifts, dims):
    def function(x):
        return torch.roll(x, shifts, dims) * 1

    model = export_graph(function, (torch.rand(2, 3, 5), ), input_names=['x'], dynamic_axes={'x': [0, 1, 2]})
    for size in ((2, 3, 5), (1, 1, 1), (4, 7, 2), (3, 14, 9)):
        x = torch.rand(size)
        assert torch.equal(run_onnx(model, [x])[0], function(x))


def test_expand_as_of_a_constant_keeps_its_dimensions():
    column = torch.tensor([[1.], [2.], [3.]])
    assert_same(lambda x: column.expand_as(x) + x, (torch.rand(3, 3), ))


@pytest.mark.parametrize('start', [-1, -2, 0, 1])
def test_narrow_from_the_end(start):
    assert_same(lambda x: x.narrow(1, start, 1) * 1, (torch.rand(2, 4), ))


def test_movedim_with_negative_axes():
    assert_same(lambda x: x.movedim(-1, 0) + x.movedim((-2, 0), (-1, 1)).sum(), (torch.rand(2, 3, 4), ))


@pytest.mark.parametrize('offset', [0, 1, -2, 3])
def test_diagonal(offset):
    assert_same(lambda x: x.diagonal(offset, -1, 1) * 1, (torch.rand(2, 3, 4), ))
    with pytest.raises(Exception, match='one of which is open'):
        export_graph(lambda x: x.diagonal(offset, -1, 1), (torch.rand(2, 3, 4), ), input_names=['x'],
                     dynamic_axes={'x': [1]})


def test_roll_refuses_other_numbers():
    with pytest.raises(Exception, match='shifts and dimensions must align|2 shifts for 1 dims'):
        export_graph(lambda x: torch.roll(x, (1, 2), (0, )), (torch.rand(2, 3), ))


@pytest.mark.parametrize('opset', [11, 13])
@pytest.mark.parametrize('dim, axes', [(None, [0, 1]), (0, [0]), (-3, [0])])
def test_squeeze(opset, dim, axes):
    function = (lambda x: x.squeeze()) if dim is None else (lambda x: x.squeeze(dim))
    model = assert_same(function, (torch.rand(1, 1, 2), ), opset=opset)
    _, attributes = find_node(model, 'Squeeze')
    assert attributes == (dict(axes=axes) if opset == 11 else {})


def test_squeeze_of_nothing():
    assert 'Squeeze' not in op_types(assert_same(lambda x: x.squeeze(2) * 1, (torch.rand(1, 1, 2), )))


def test_squeeze_of_a_dynamic_dimension():
    model = export_graph(lambda x: x.squeeze(1), (torch.rand(2, 1, 3), ), input_names=['x'], dynamic_axes={'x': [1]})
    assert find_node(model, 'Squeeze')[1] == dict(axes=[1])
