"""Export of `torch.nn.functional.group_norm`, as a normalisation of groups that are channels of one row."""
from collections.abc import Callable

import torch
from torch.onnx._type_utils import JitScalarType
from torch.onnx.symbolic_helper import _get_tensor_rank, _is_none, _unsqueeze_helper, parse_args

from mmdeploy.core import SYMBOLIC_REWRITER
from mmdeploy.utils import Backend


def _group_norm(operator: str) -> Callable:
    """Return the symbolic that normalises channels by an operator."""

    @parse_args('v', 'i', 'v', 'v', 'f', 'i')
    def symbolic(g, input, num_groups, weight, bias, eps, cudnn_enabled):
        """Normalise groups of [N, C, *] as channels of one row [N, G, -1]; weight and bias are [C]."""
        shape = g.op('Constant', value_t=torch.tensor([0, num_groups, -1]))
        groups = g.op('Reshape', input, shape)
        dtype = JitScalarType.from_name(input.type().scalarType()).dtype()
        ones = g.op('Constant', value_t=torch.ones(num_groups, dtype=dtype))
        zeros = g.op('Constant', value_t=torch.zeros(num_groups, dtype=dtype))
        normed = g.op(operator, groups, ones, zeros, epsilon_f=eps)
        out = g.op('Reshape', normed, g.op('Shape', input))
        axes = list(range(1, _get_tensor_rank(input) - 1))

        def per_channel(value):
            return _unsqueeze_helper(g, value, axes) if axes else value

        if not _is_none(weight):
            out = g.op('Mul', out, per_channel(weight))
        if not _is_none(bias):
            out = g.op('Add', out, per_channel(bias))
        return out

    return symbolic


group_norm = _group_norm('InstanceNormalization')
instance_norm = _group_norm('mmdeploy::TRTInstanceNormalization')


@SYMBOLIC_REWRITER.register_symbolic('group_norm', is_pytorch=True)
def group_norm__default(ctx, g, *args):
    """See `group_norm`; PyTorch's own fails on [N, C], which has no axes behind the channels."""
    return group_norm(g, *args)


@SYMBOLIC_REWRITER.register_symbolic('group_norm', is_pytorch=True, backend=Backend.TENSORRT.value)
def instance_norm__tensorrt(ctx, g, *args):
    """See `instance_norm`."""
    return instance_norm(g, *args)
