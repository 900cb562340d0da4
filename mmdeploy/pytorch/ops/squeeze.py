"""Removal of dimensions of size 1."""
from torch.onnx.symbolic_helper import _get_const, _get_tensor_rank, _get_tensor_sizes, _squeeze_helper

from mmdeploy.core import SYMBOLIC_REWRITER


@SYMBOLIC_REWRITER.register_symbolic('squeeze', is_pytorch=True)
def squeeze__default(ctx, g, self, dim=None):
    """Emit `Squeeze` that names its axes: those of `dim`, or all of size 1.

    A dimension that is known to be larger than 1 stays, as in PyTorch; one of dynamic size is taken for 1.
    """
    sizes = _get_tensor_sizes(self)
    if dim is None:
        if sizes is None:
            return g.op('Squeeze', self)
        axes = [axis for axis, size in enumerate(sizes) if size == 1]
    else:
        axis = _get_const(dim, 'i', 'dim')
        rank = _get_tensor_rank(self)
        axis = axis + rank if axis < 0 and rank is not None else axis
        axes = [] if sizes is not None and sizes[axis] not in (1, None) else [axis]
    return _squeeze_helper(g, self, axes) if axes else self
