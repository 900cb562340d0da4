"""Writes to tensors and views: what is exported computes what PyTorch computes, or is refused by name."""
import random
from collections import Counter

import pytest
import torch
from torch import nn

from mmdeploy.core import RewriterContext
from mmdeploy.pytorch.inplace.functionalize import UnsupportedWriteError
from mmdeploy.pytorch.testing import op_types, run_onnx
from mmdeploy.utils import IR
from mmdeploy.utils.validate import export_graph


def check(function, *inputs, backend='default', others=(), **kwargs):
    """Compare a function with its export, on the inputs of the trace and on others."""
    model = export_graph(function, [x.clone() for x in inputs], backend, **kwargs)
    for given in (inputs, *others):
        expected = function(*[x.clone() for x in given])
        expected = expected if isinstance(expected, tuple) else (expected, )
        for found, wanted in zip(run_onnx(model, given), expected, strict=True):
            torch.testing.assert_close(found, wanted)
    return model


def x():
    return torch.arange(40.).reshape(2, 4, 5)


def of_slice(x):
    y = x * 1
    y[:, :2][:, 0:1] = 5
    return y


def through_transpose(x):
    y = x * 1
    y.transpose(1, 2)[:, 0:2] = 3
    return y


def through_permute_and_reshape(x):
    y = x * 1
    y.permute(0, 2, 1)[:, 1] = 3
    y.reshape(2, 20)[:, 3:5] += 1
    y.view(-1)[7] = 0
    return y


def of_a_copying_reshape(x):
    y = x * 1
    y.transpose(1, 2).reshape(-1)[0:7] = 3  # a copy: y stays
    return y


def through_narrow(x):
    y = x * 1
    y.narrow(1, 1, 2).mul_(3)
    return y


def through_unsqueeze_and_squeeze(x):
    y = x[:, 0:1] * 1
    y.unsqueeze(0)[0, :, 0, 1:3] = 2
    y.squeeze(1)[:, 4] = 9
    return y


def pieces(x):
    y = x * 1
    a, b = y.split(2, 1)
    c, d, e = y.split([1, 2, 2], -1)
    f = y.unbind(1)[2]
    g, h = y.chunk(2, 1)
    a[:, 0:1] = 0
    d += 1
    f[0] = -1
    h *= 2
    return y, a, b, c, d, e, f, g


def earlier_views_show_it(x):
    y = x * 1
    v, w = y[:, 1:3], y[0]
    y[:, 2] = 7
    v[1] = 8
    return y, v, w


def two_names(x):
    y = x * 1
    z = y
    z.relu_()
    z[:, 0:1] = 9
    return y + z


def steps_and_integers(x):
    y = x * 1
    y[..., 0] = 3
    y[:, 1:3, ::2] = 4
    y[0] = 1
    y[-1, 1:-1, -2:] = 6
    return y


def masks_and_indices(x):
    y = x * 1
    y[y > 7] = 0
    y[:, torch.tensor([0, 2])] = 3
    y[1][torch.tensor([3])] = 5
    return y


def indices_of_all_kinds(x):
    y = x * 1
    first, second = torch.tensor([0, 1]), torch.tensor([2, 0])
    y[first, second] = 50
    y[first, :, second] = torch.arange(8.).reshape(2, 4)
    y[:, torch.tensor([0, -1])] = torch.arange(10.).reshape(2, 5)
    y[..., torch.tensor([[0, 2], [4, 1]])] += 1
    y[0, torch.tensor([0, 2])] = torch.arange(5.)
    y[:, :, torch.tensor(3)] = 1
    return y


def masks_of_some_axes(x):
    y = x * 1
    y[y[:, :, 0] > 6] = 3
    y[:, y[0, :, 1] > 6] = torch.arange(5.)
    y[y > 30] = torch.arange((y > 30).sum().item(), dtype=torch.float)
    y[:, 1:3][y[:, 1:3] > 8] = 4
    y[torch.tensor([True, False]), torch.tensor([2])] = 7
    return y


def nothing_selected(x):
    y = x * 1
    y[:, 0:0] = 9
    y[5:] = 1
    y[:, 3:1] = 2
    return y


def elementwise(x):
    y = x * 1
    y[:, 1].add_(2).mul_(3)
    y[0].clamp_(1, 9)
    y[:, :, 1:3].masked_fill_(x[:, :, 1:3] > 5, -1)
    y[1].zero_()
    return y


def other_types(x):
    y = (x * 10).long()
    y[:, 1:2] = 2.7
    y[0, 0] = True
    z = torch.zeros(2, 4, 5, dtype=torch.bool)
    z[:, 1:3] = x[:, :2] > 3
    return y.float(), z.float()


def own_input(x):
    x[:, 1:3] = 0
    return x * 2


def metadata(x):
    y = x * 1
    y.unsqueeze_(0)
    y[0, 1] = 4
    y.squeeze_(0)
    return y


def overlapping(x):
    y = x * 1
    y[:, -2:] = y[:, :2]
    y[:, 1:] = y[:, :-1] * 2
    return y


FUNCTIONS = [
    of_slice, through_transpose, through_permute_and_reshape, of_a_copying_reshape, through_narrow,
    through_unsqueeze_and_squeeze, pieces, earlier_views_show_it, two_names, steps_and_integers, masks_and_indices,
    indices_of_all_kinds, masks_of_some_axes, nothing_selected, elementwise, other_types, own_input, metadata,
    overlapping
]


@pytest.mark.parametrize('function', FUNCTIONS)
@pytest.mark.parametrize('backend, opset', [('default', 11), ('ncnn', 11), ('default', 16)])
def test_writes(function, backend, opset):
    check(function, x(), backend=backend, opset=opset)


def test_slices_need_no_scatter():
    for function in (of_slice, through_transpose, overlapping, pieces):
        assert 'ScatterND' not in op_types(check(function, x()))


def test_open_sizes():
    def inner(x):
        x = x * 1
        x[1:-1] = 0
        x[:, x.shape[1] // 2:] = 1
        x[..., ::2] += 3
        return x

    check(inner, torch.rand(5, 4, 3), input_names=['x'], dynamic_axes={'x': [0, 1, 2]},
          others=[(torch.rand(*size), ) for size in ((1, 1, 1), (2, 9, 4), (3, 2, 7))])


def test_open_sizes_of_what_is_broadcast():
    number, row = torch.tensor([3.]), torch.tensor([[1., 2, 3]])

    def function(x):
        x = x * 1
        x[:-1] = number
        x[1:] = row
        x[:, 1] = number
        x[:1] += number
        return x

    for traced in (2, 4):
        check(function, torch.rand(traced, 3), input_names=['x'], dynamic_axes={'x': [0]},
              others=[(torch.rand(size, 3), ) for size in (1, 2, 5)])


def test_open_batch_of_what_is_computed():
    def function(x):
        y = x * 1
        y[:, torch.tensor([0, 2])] = x[:, :2] * 2
        y[..., torch.tensor([1])] += 1
        return y

    check(function, torch.rand(1, 3, 2), input_names=['x'], dynamic_axes={'x': [0]}, others=[(torch.rand(4, 3, 2), )])


def test_a_number_of_a_vector():
    def function(x):
        y = x[:1] * 1
        y[torch.tensor([0])] += 2.5
        return y.reshape(()) * 1

    check(function, torch.rand(4))


def test_sizes_of_another_input():
    def function(x, y):
        x = x * 1
        x[:y.size(0), 0:1, :] = y.unsqueeze(1)
        x[y.size(0) - 1, 1] = 4
        return x

    check(function, torch.zeros(6, 3, 4), torch.rand(2, 4), input_names=['x', 'y'], dynamic_axes={'y': [0]},
          others=[(torch.zeros(6, 3, 4), torch.rand(5, 4))])


def test_buffers():
    class Counts(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer('seen', torch.zeros(3))

        def forward(self, x):
            seen = self.seen * 1
            seen[1:] += x
            return seen

    module = Counts()
    check(lambda x: module(x), torch.ones(2))


def test_refused_by_name():
    def windows(x):
        y = x * 1
        y.unfold(1, 2, 2)[:, 0].fill_(3)
        return y

    def random_numbers(x):
        y = x * 1
        y[0].normal_()
        return y

    with pytest.raises(UnsupportedWriteError, match='aten::fill_.*unfold'):
        export_graph(windows, (x(), ))
    with pytest.raises(UnsupportedWriteError, match='aten::normal_.*inplace_test.py.*no form that gives a new tensor'):
        export_graph(random_numbers, (x(), ))


class Program:
    """A random program: tensors and views of them, written and read in turn."""

    def __init__(self, seed: int, length: int = 6):
        draw = random.Random(seed)
        self.lines = [(draw.choice(self.KINDS), draw.random(), draw.random(), draw.random()) for _ in range(length)]

    KINDS = ('view', 'view', 'write', 'write', 'new')

    def __call__(self, x):
        tensors = [x * 1, x * 2 - 3]
        for kind, which, how, more in self.lines:
            tensor = tensors[int(which * len(tensors))]
            if kind == 'view':
                view = self.view(tensor, how, more)
                if view.numel():  # PyTorch's exporter ends the process on some without elements
                    tensors.append(view)
            elif kind == 'new':
                tensors.append(tensor * 2 + tensors[int(how * len(tensors))].sum())
            else:
                self.write(tensor, tensors[int(more * len(tensors))], how, more)
        return tuple(tensor * 1 for tensor in tensors)

    @staticmethod
    def view(t, how, more):
        axis = int(more * t.dim()) if t.dim() else 0
        size = t.shape[axis] if t.dim() else 0
        choices = [lambda: t.reshape(-1), lambda: t.unsqueeze(axis), lambda: t.contiguous(), lambda: t.detach()]
        if size:
            choices += [lambda: t.select(axis, size // 2), lambda: t.narrow(axis, size // 3, size - size // 3),
                        lambda: t.transpose(axis, 0), lambda: t.split(max(size // 2, 1), axis)[-1],
                        lambda: t.unbind(axis)[0], lambda: t[..., -1], lambda: t[::2], lambda: t[1:-1],
                        lambda: t.flip(axis), lambda: t.permute(*reversed(range(t.dim()))),
                        lambda: t.chunk(2, axis)[0], lambda: t.reshape(t.shape[0], -1), lambda: t.squeeze(axis),
                        lambda: t.expand(2, *t.shape), lambda: t.float(), lambda: t.flatten(axis)]
        return choices[int(how * len(choices))]()

    @staticmethod
    def write(t, other, how, more):
        choices = [lambda: t.fill_(more), lambda: t.mul_(3), lambda: t.add_(other.sum()), lambda: t.copy_(other.sum()),
                   lambda: t.zero_(), lambda: t.sub_(t.sum()), lambda: t.__setitem__(t > other.mean() + 0.0123, more),
                   lambda: t.relu_()]
        if t.dim() and t.shape[0]:
            choices += [lambda: t.__setitem__(slice(0, 1), more), lambda: t.__setitem__((Ellipsis, -1), more),
                        lambda: t.__setitem__(slice(None, None, 2), other.sum()), lambda: t.__setitem__(0, t[-1]),
                        lambda: t.__setitem__(slice(1, None), t[:-1].clone()),
                        lambda: t.__setitem__(torch.tensor([0]), more)]
        choices[int(how * len(choices))]()


def try_program(seed: int) -> str:
    """Export a random program; say whether it is impossible, refused or right."""
    program, given = Program(seed), torch.arange(24.).reshape(2, 3, 4) / 7 - 1
    try:
        expected = program(given.clone())
    except RuntimeError:
        return 'impossible'  # e.g. a write to an expanded tensor
    try:
        model = export_graph(program, (given.clone(), ), opset=13)
    except UnsupportedWriteError:
        return 'refused'
    for found, wanted in zip(run_onnx(model, [given]), expected, strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4, msg=lambda text: f'program {seed}: {text}')
    return 'right'


def operators_of_masks(x):
    mask, number = x > 7, (x * 1).long()
    row = mask[0]
    row |= x[1] > 30
    row &= x[1] > 21
    mask[1] ^= x[0] > 3
    number[:, 1] <<= 2
    number[:, 2] >>= 1
    return mask, number


def test_operators_that_write():
    check(operators_of_masks, x())


def to_out(x):
    y = x * 1
    torch.add(x[0, 0], 1, out=y[0, 1])
    return y


def test_out_is_refused_by_name():
    with pytest.raises(UnsupportedWriteError, match='aten::add.*`out`'):
        export_graph(to_out, (x(), ))


def of_data(x):
    y = x * 1
    part = y[1]
    y.data[0] = 3
    y.data.mul_(5)
    return y, part


def other_data(x):
    y = x * 1
    y.data = x * 2
    return y


class OfDataOfWeights(nn.Module):

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(5, 5)

    def forward(self, x):
        self.layer.weight.data = self.layer.weight.data
        return self.layer.float()(x) + self.layer.weight.data.sum()


def test_data():
    check(of_data, x())
    assert 'data' not in vars(torch.Tensor)
    check(OfDataOfWeights().requires_grad_(False), x())
    with pytest.raises(UnsupportedWriteError, match='assignment to Tensor.data'):
        export_graph(other_data, (x(), ))
    assert 'data' not in vars(torch.Tensor)


def test_data_in_torchscript():
    with RewriterContext({}, ir=IR.TORCHSCRIPT):
        traced = torch.jit.trace(of_data, (x(), ))
        with pytest.raises(UnsupportedWriteError, match='assignment to Tensor.data'):
            torch.jit.trace(other_data, (x(), ))
    assert 'data' not in vars(torch.Tensor)
    other = torch.rand(2, 4, 5)
    for found, wanted in zip(traced(other), of_data(other), strict=True):
        torch.testing.assert_close(found, wanted)


def through_the_rarer_views(x):
    y = x * 1
    y.movedim(-1, 0)[1] = 3
    y[0, :, :4].diagonal().fill_(30)
    y[1].diagonal(-1, 1, 0).mul_(2)
    y.broadcast_to(1, 2, 4, 5)[:, :, 2] += 1
    y.narrow(1, -1, 1).zero_()
    return y


def test_rarer_views():
    check(through_the_rarer_views, x())


@pytest.mark.filterwarnings('ignore')
def test_random_programs():
    counts = Counter(try_program(seed) for seed in range(300))
    assert counts['right'] > 200, counts
