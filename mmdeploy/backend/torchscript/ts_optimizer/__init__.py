"""Optimises graphs of PyTorch: TorchScript modules here, graphs of ONNX nodes while they are exported in `onnx`."""
import torch

from . import onnx

__all__ = ['onnx', 'optimize_for_backend']


def optimize_for_backend(module: torch.jit.ScriptModule | torch._C.ScriptModule,
                         ir: str = 'torchscript',
                         backend: str = 'torchscript') -> torch.jit.ScriptModule:
    """Freeze a module, and simplify its graph.

    Freezing folds batch normalisation, additions and factors into convolutions. What depends on the machine (oneDNN,
    fused convolutions of a GPU) is left to the engine that loads the file.

    Args:
        module: a module, or its C++ half; a frozen one is simplified in place. It has to be in eval mode.
        ir: what comes next, 'torchscript' or 'onnx', for which the attribute `training` stays and weights stay as they
            are.
        backend: engine that it is for; all get the same.

    Returns:
        The optimised module.

    Raises:
        ValueError: `ir` is another.
    """
    if ir not in ('torchscript', 'onnx'):
        raise ValueError(f"ir is '{ir}', allowed: 'torchscript', 'onnx'")
    if isinstance(module, torch._C.ScriptModule):
        module = torch.jit._recursive.wrap_cpp_module(module)
    # A frozen module has no attribute left that tells its mode.
    if hasattr(module, 'training'):
        kept = ['training'] if ir == 'onnx' else None
        module = torch.jit.freeze(module, kept, optimize_numerics=ir == 'torchscript')
    graph = module.graph
    torch._C._jit_pass_dce(graph)
    torch._C._jit_pass_cse(graph)
    torch._C._jit_pass_peephole(graph)
    torch._C._jit_pass_constant_propagation(graph)
    torch._C._jit_pass_constant_pooling(graph)
    torch._C._jit_pass_dce(graph)
    return module
