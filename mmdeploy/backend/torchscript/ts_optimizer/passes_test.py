"""What the passes make of exported graphs, and what they leave alone."""
import io

import onnx
import pytest
import torch

from mmdeploy.apis.onnx.passes import optimize_onnx
from mmdeploy.backend.torchscript import ts_optimizer
from mmdeploy.backend.torchscript.ts_optimizer import onnx as passes
from mmdeploy.core import RewriterContext
from mmdeploy.pytorch.testing import op_types, run_onnx
from mmdeploy.utils.test import WrapFunction


def _export(function, inputs, run=optimize_onnx, opset=11, axes=None):
    file = io.BytesIO()
    with RewriterContext({}, onnx_custom_passes=run):
        module = function if isinstance(function, torch.nn.Module) else WrapFunction(function)
        torch.onnx.export(module, inputs, file, opset_version=opset, input_names=['x'], output_names=['out'],
                          dynamic_axes={'x': axes} if axes else None)
    model = onnx.load_from_string(file.getvalue())
    assert [value.name for value in model.graph.output] == ['out']
    return model


def _only(function):
    """Run one pass, with the weights if it takes them."""
    def run(ctx, graph, params, out):
        function(graph, params) if function.__code__.co_argcount == 2 else function(graph)
        return graph, params, out
    return run


def _ops(model):
    return [name for name in op_types(model) if name not in ('Constant', 'Identity')]


def _check(function, inputs, ops, run=optimize_onnx, **options):
    model = _export(function, inputs, run, **options)
    assert _ops(model) == ops
    torch.testing.assert_close(run_onnx(model, inputs)[0], function(*inputs))
    return model


X = torch.arange(120.).reshape(2, 3, 4, 5) / 120


def _select_assign(x):
    y, mask = x * 1, x > 0.5
    y[mask] = (x * 2)[mask]
    return y


def test_an_output_without_a_name():
    file, run = io.BytesIO(), _only(passes._jit_pass_fuse_select_assign)
    with RewriterContext({}, onnx_custom_passes=run):
        torch.onnx.export(WrapFunction(_select_assign), (X, ), file, opset_version=11)
    model = onnx.load_from_string(file.getvalue())
    assert 'Where' in _ops(model) and 'ScatterND' not in _ops(model)
    torch.testing.assert_close(run_onnx(model, [X])[0], _select_assign(X))


@pytest.mark.parametrize('opset', [11, 13])
def test_sizes_are_taken_at_once(opset):
    run, axes = _only(passes._jit_pass_merge_shape_concate), [0, 2, 3]
    _check(lambda x: x.new_zeros(x.shape[-2:]), (X, ), ['Shape', 'Gather', 'ConstantOfShape'], run, opset=opset,
           axes=axes)
    model = _check(lambda x: x.new_zeros(3, 2, x.shape[3], x.shape[2], 5), (X, ),
                   ['Shape', 'Gather', 'Concat', 'ConstantOfShape'], run, opset=opset, axes=axes)
    other = torch.rand(1, 3, 2, 7)
    assert run_onnx(model, [other])[0].shape == (3, 2, 7, 2, 5)


def test_sizes_of_others_stay_apart():
    x, y = X, torch.rand(2, 7)
    model = _export(lambda x, y: x.new_zeros(x.shape[0], y.shape[1], x.shape[2]) + y.sum(), (x, y), axes=[0, 2])
    assert 'Concat' in _ops(model)
    assert run_onnx(model, (x, y))[0].shape == (2, 7, 4)


def test_peephole():
    run = _only(passes._jit_pass_onnx_peephole)
    _check(lambda x: x.reshape(6, 20).reshape(4, 30).reshape(3, -1) + 1, (X, ), ['Reshape', 'Add'], run)
    _check(lambda x: x.long().long().long() + 1, (X * 9, ), ['Cast', 'Add'], run)
    _check(lambda x: x.int().long().int() + 1, (X * 9, ), ['Cast', 'Cast', 'Cast', 'Add'], run)


def test_reshape_that_copies_a_size_stays():
    graph = torch._C.parse_ir('''graph(%x : Float(2, 3)):
      %a : Long(2) = onnx::Constant[value=0]()
      %y = onnx::Reshape(%x, %a)
      %z = onnx::Reshape(%y, %a)
      return (%z)''')
    graph.findNode('onnx::Constant').t_('value', torch.tensor([0, -1]))
    passes._jit_pass_onnx_peephole(graph)
    assert len(graph.findAllNodes('onnx::Reshape')) == 2


def _head(x):
    x = torch.nn.functional.adaptive_avg_pool2d(x, 1)
    return x.view(x.shape[0], -1)


def test_class_head():
    run = _only(passes._jit_pass_flatten_cls_head)
    model = _check(lambda x: _head(x) + 1, (X, ), ['GlobalAveragePool', 'Flatten', 'Add'], run, axes=[0])
    assert run_onnx(model, [torch.rand(5, 3, 4, 5)])[0].shape == (5, 3)
    assert 'Flatten' not in _ops(_export(_head, (X, ), run, axes=[0]))

    def other_size(x):
        return torch.nn.functional.adaptive_avg_pool2d(x, 1).view(x.shape[2], -1) + 1

    assert 'Flatten' not in _ops(_export(other_size, (torch.rand(4, 3, 4, 5), ), run, axes=[0, 2]))


def _assign(x):
    y, z = x + 1, x / 2
    y[x < 0.5] = z[x < 0.5]
    return y


@pytest.mark.parametrize('opset', [11, 13])
def test_select_and_assign(opset):
    model = _check(_assign, (X, ), ['Add', 'Div', 'Less', 'Where'], _only(passes._jit_pass_fuse_select_assign),
                   opset=opset, axes=[0, 2, 3])
    for other in (torch.zeros(1, 3, 1, 9), torch.ones(3, 3, 2, 2)):
        torch.testing.assert_close(run_onnx(model, [other])[0], _assign(other))


def test_other_assignments_stay():
    def two_masks(x):
        y, z = x + 1, x / 2
        y[x < 0.5] = z.flip(0)[x.flip(0) < 0.5]
        return y

    def rows(x):
        y, z = x + 1, x / 2
        mask = x[:, 0, 0, 0] < 0.5
        y[mask] = z[mask]
        return y

    for function in (two_masks, rows):
        model = _export(function, (X, ), opset=13)
        assert 'Where' not in _ops(model)
        torch.testing.assert_close(run_onnx(model, [X])[0], function(X))


class _Twins(torch.nn.Module):
    """Two layers with equal weights, and one with others."""

    def __init__(self, other: float):
        super().__init__()
        self.a, self.b = torch.nn.Conv2d(3, 4, 1), torch.nn.Conv2d(3, 4, 1)
        self.b.load_state_dict(self.a.state_dict())
        self.b.bias.data[0] += other

    def forward(self, x):
        return self.a(x) + self.b(x)


def test_what_is_equal_is_computed_once():
    run = _only(passes._jit_pass_common_subgraph_elimination)

    def function(x):
        return x.unsqueeze(0) + x.unsqueeze(0) * x.unsqueeze(1).sum()

    assert _ops(_export(function, (X, ), run)).count('Unsqueeze') == 2
    _check(function, (X, ), ['Unsqueeze', 'Unsqueeze', 'ReduceSum', 'Mul', 'Add'], run)
    for other, count in ((0., 1), (1., 2)):
        _check(_Twins(other).eval(), (X, ), ['Conv'] * count + ['Add'], run)


def test_random_numbers_are_drawn_each():
    model = _export(lambda x: torch.rand_like(x) - torch.rand_like(x), (X, ))
    assert run_onnx(model, [X])[0].abs().max() > 0


def test_outputs_keep_their_names():
    file = io.BytesIO()
    with RewriterContext({}, onnx_custom_passes=optimize_onnx):
        torch.onnx.export(WrapFunction(lambda x: (x.exp(), x.exp(), x.exp() + 1, x.int().int())), (X, ), file,
                          input_names=['x'], output_names=['a', 'b', 'c', 'd'], opset_version=11)
    model = onnx.load_from_string(file.getvalue())
    assert [value.name for value in model.graph.output] == ['a', 'b', 'c', 'd']
    a, b, c, d = run_onnx(model, [X])
    torch.testing.assert_close(a, X.exp())
    torch.testing.assert_close(b, X.exp())
    torch.testing.assert_close(c, X.exp() + 1)
    torch.testing.assert_close(d, X.int())


def test_blocks():
    """What a branch computes does not take the place of what is computed outside."""
    @torch.jit.script
    def function(x):
        if x.sum() > 0:
            y = x.exp() + x.exp()
        else:
            y = x.cos()
        return y + x.exp() + x.exp()

    model = _export(_Scripted(function), (X, ))
    assert 'If' in _ops(model)
    for x in (X, -X):
        torch.testing.assert_close(run_onnx(model, [x])[0], function(x))


class _Scripted(torch.nn.Module):

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def test_optimize_for_backend():
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 1), torch.nn.BatchNorm2d(4), torch.nn.ReLU()).eval()
    traced = torch.jit.trace(model, X)
    for module in (traced, traced._c):
        optimized = ts_optimizer.optimize_for_backend(module, ir='torchscript', backend='torchscript')
        assert 'batch_norm' not in str(optimized.graph)
        torch.testing.assert_close(optimized(X), model(X))
    kept = ts_optimizer.optimize_for_backend(traced, ir='onnx')
    assert 'batch_norm' in str(kept.graph) and kept.training is False
    torch.testing.assert_close(kept(X), model(X))
    with pytest.raises(ValueError, match="ir is 'ncnn', allowed: 'torchscript', 'onnx'"):
        ts_optimizer.optimize_for_backend(traced, ir='ncnn')
