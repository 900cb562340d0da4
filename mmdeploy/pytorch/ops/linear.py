"""Linear layers that do not come from `torch.nn.functional.linear`."""
from torch.onnx.symbolic_helper import _get_tensor_rank, _is_none, parse_args

from mmdeploy.core import SYMBOLIC_REWRITER
from mmdeploy.utils import Backend

_OPTIONS = dict(alpha_f=1.0, beta_f=1.0, transA_i=0, transB_i=1)


def _product(g, input, weight):
    """Emit input [*, in] times weight [out, in] transposed, of more than two dimensions: `Gemm` has just two."""
    return g.op('MatMul', input, g.op('Transpose', weight, perm_i=[1, 0]))


def _is_matrix(value) -> bool:
    return _get_tensor_rank(value) in (2, None)


@parse_args('v', 'v')
def linear_no_bias(g, input, weight):
    """Emit input [*, in] times weight [out, in] transposed."""
    if not _is_matrix(input):
        return _product(g, input, weight)
    return g.op('Gemm', input, weight, **_OPTIONS)


@parse_args('v', 'v', 'v')
def linear_normal(g, input, weight, bias):
    """Emit input [*, in] times weight [out, in] transposed, plus bias [out]."""
    if not _is_matrix(input):
        return g.op('Add', _product(g, input, weight), bias)
    return g.op('Gemm', input, weight, bias, **_OPTIONS)


@SYMBOLIC_REWRITER.register_symbolic('linear', is_pytorch=True, backend=Backend.NCNN.value)
def linear__ncnn(ctx, g, input, weight, bias):
    """Emit `Gemm` or `MatMul`, of which ncnn makes its layer InnerProduct."""
    if _is_none(bias):
        return linear_no_bias(g, input, weight)
    return linear_normal(g, input, weight, bias)
