"""Lets passes run while PyTorch exports a graph."""
from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend


@FUNCTION_REWRITER.register_rewriter('torch.onnx.utils._model_to_graph')
def model_to_graph__custom_optimizer(ctx, *args, **kwargs):
    """Run `onnx_custom_passes` of the context after PyTorch's own passes.

    The callback is called with the context, the graph, the weights by name and the output of the trace, and returns the
    last three.
    """
    result = ctx.origin_func(*args, **kwargs)
    passes = getattr(ctx, 'onnx_custom_passes', None)
    if passes is None:
        return result
    assert callable(passes), (f'onnx_custom_passes is {type(passes).__name__}, expected a function '
                              '(ctx, graph, params_dict, torch_out)')
    result = passes(ctx, *result)
    assert isinstance(result, tuple | list) and len(result) == 3, (
        f'onnx_custom_passes returned {type(result).__name__}, expected the triple (graph, params_dict, torch_out)')
    return result


@FUNCTION_REWRITER.register_rewriter(
    'torch._C._jit_pass_onnx_deduplicate_initializers', backend=Backend.TENSORRT.value)
def jit_pass_onnx_deduplicate_initializers__disable(ctx, graph, param_dict, arg2):
    """Keep equal weights apart, because TensorRT names layers by them."""
    return param_dict
