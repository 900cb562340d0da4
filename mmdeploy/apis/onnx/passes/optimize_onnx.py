"""What `ir_config.optimize` does to a graph."""
from typing import Any

import torch
from torch.onnx._globals import GLOBALS

from mmdeploy.backend.torchscript.ts_optimizer import onnx as passes


def optimize_onnx(ctx, graph: torch._C.Graph, params_dict: dict,
                  torch_out: Any) -> tuple:
    """Clean up a graph while it is exported.

    The passes of `ts_optimizer` run in the order of the documentation; then PyTorch's peephole pass runs once more,
    because constant folding came after its first run, and what nothing uses is removed. The passes of
    `mmdeploy.graph` run on the file later, see `optimize_file`.

    Args:
        ctx: context of the rewrite that calls this.
        graph: graph of ONNX nodes, modified in place.
        params_dict: weights by name.
        torch_out: what the model returned while it was traced.

    Returns:
        `graph`, the weights that are still used, and `torch_out`.
    """
    passes._jit_pass_merge_shape_concate(graph)
    passes._jit_pass_onnx_peephole(graph)
    passes._jit_pass_flatten_cls_head(graph)
    passes._jit_pass_fuse_select_assign(graph, params_dict)
    passes._jit_pass_common_subgraph_elimination(graph, params_dict)
    torch._C._jit_pass_onnx_peephole(graph, GLOBALS.export_onnx_opset_version, False)
    torch._C._jit_pass_dce_allow_deleting_nodes_with_side_effects(graph)
    params_dict = torch._C._jit_pass_onnx_eliminate_unused_items(graph, params_dict)
    return graph, params_dict, torch_out
