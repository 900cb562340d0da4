"""Symbolics of PyTorch's operators."""
# They register rewrites; the names that the package exports are those of MMDeploy.
from . import (
    chunk,  # noqa: F401
    convolution,  # noqa: F401
    diagonal,  # noqa: F401
    elementary,  # noqa: F401
    expand,  # noqa: F401
    movedim,  # noqa: F401
    narrow,  # noqa: F401
    scatter_add,  # noqa: F401
    unflatten,  # noqa: F401
)
from .adaptive_avg_pool import (
                                adaptive_avg_pool1d__default,
                                adaptive_avg_pool2d__default,
                                adaptive_avg_pool2d__ncnn,
                                adaptive_avg_pool3d__default,
)
from .gelu import gelu__ncnn
from .grid_sampler import grid_sampler__default
from .hardsigmoid import hardsigmoid__default
from .instance_norm import instance_norm__tensorrt
from .layer_norm import layer_norm__ncnn
from .linear import linear__ncnn
from .lstm import generic_rnn__ncnn
from .pad import _prepare_onnx_paddings__tensorrt
from .roll import roll_default
from .squeeze import squeeze__default

__all__ = [
    'adaptive_avg_pool1d__default', 'adaptive_avg_pool2d__default', 'adaptive_avg_pool3d__default',
    'grid_sampler__default', 'hardsigmoid__default', 'instance_norm__tensorrt', 'generic_rnn__ncnn',
    'squeeze__default', 'adaptive_avg_pool2d__ncnn', 'gelu__ncnn', 'layer_norm__ncnn', 'linear__ncnn',
    '_prepare_onnx_paddings__tensorrt', 'roll_default'
]
