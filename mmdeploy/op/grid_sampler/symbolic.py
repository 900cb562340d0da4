"""Export of `torch.nn.functional.grid_sample`."""
from torch.onnx.symbolic_helper import parse_args

from mmdeploy.core import SYMBOLIC_REWRITER
from mmdeploy.utils import Backend


def _grid_sampler(domain: str):
    """Return the symbolic that emits the operator in a domain."""

    @parse_args('v', 'v', 'i', 'i', 'i')
    def symbolic(g, input, grid, interpolation_mode, padding_mode, align_corners=False):
        """Sample [N, C, H, W] at a grid [N, oH, oW, 2] of x, y from -1 to 1; modes are numbered as in PyTorch."""
        return g.op(
            f'{domain}::grid_sampler',
            input,
            grid,
            interpolation_mode_i=interpolation_mode,
            padding_mode_i=padding_mode,
            align_corners_i=int(align_corners))

    return symbolic


grid_sampler = _grid_sampler('mmdeploy')
grid_sampler_ppl = _grid_sampler('mmcv')


@SYMBOLIC_REWRITER.register_symbolic('grid_sampler', is_pytorch=True)
def grid_sampler__default(ctx, g, *args):
    """Emit our operator; PPLNN has it in another domain."""
    symbolic = grid_sampler_ppl if ctx.backend == Backend.PPLNN else grid_sampler
    return symbolic(g, *args)
