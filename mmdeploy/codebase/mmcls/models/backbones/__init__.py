"""Rewrites of backbones."""
from .shufflenet_v2 import shufflenetv2_backbone__forward__default
from .vision_transformer import visiontransformer__forward__ncnn

__all__ = [
    'shufflenetv2_backbone__forward__default',
    'visiontransformer__forward__ncnn'
]
