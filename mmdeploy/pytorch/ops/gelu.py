"""GELU."""
from mmdeploy.core import SYMBOLIC_REWRITER
from mmdeploy.utils import Backend


@SYMBOLIC_REWRITER.register_symbolic(
    'gelu', is_pytorch=True, arg_descriptors=['v', 's'], backend=Backend.NCNN.value)
def gelu__ncnn(ctx, g, self, approximate='none'):
    """Emit the layer that ncnn has; `approximate` is none or tanh."""
    options = {} if approximate == 'none' else dict(approximate_s=approximate)
    return g.op('mmdeploy::Gelu', self, **options)
