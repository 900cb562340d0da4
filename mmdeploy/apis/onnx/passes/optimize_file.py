"""What `ir_config.optimize` does to an exported file."""
from mmdeploy.graph import load
from mmdeploy.utils import get_root_logger


def optimize_file(path: str) -> None:
    """Simplify an ONNX file in place; its results stay the same.

    See `mmdeploy graph optimize --list` for what is done.
    """
    model = load(path)
    before = model.num_nodes
    changes = [f'{name} {count}' for name, count in model.optimize() if count]
    if not changes:
        return
    model.save(path)
    get_root_logger().info(f'Optimized the graph from {before} to '
                           f'{model.num_nodes} nodes: {", ".join(changes)}.')
