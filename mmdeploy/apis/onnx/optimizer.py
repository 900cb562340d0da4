"""Lets passes run while PyTorch exports a graph; registered with the rewrites of PyTorch."""
from mmdeploy.pytorch.functions.custom_passes import (
    jit_pass_onnx_deduplicate_initializers__disable,
    model_to_graph__custom_optimizer,
)

__all__ = ['jit_pass_onnx_deduplicate_initializers__disable', 'model_to_graph__custom_optimizer']
