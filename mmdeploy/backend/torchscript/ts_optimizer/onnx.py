"""Passes over a graph of ONNX nodes, in place, while PyTorch exports it.

They see what `onnx_custom_passes` of a `RewriterContext` gets, and are called by MMDeploy's names (documentation,
"How to use the custom passes"). Whatever they are not sure about stays as it is. Blocks (If, Loop) are looked at by
themselves: no node of a block takes the place of one outside, nor the other way round.
"""
from collections.abc import Callable, Iterator

import torch
from torch._C import Block, Graph, Node, Value

_RANDOM = ('Bernoulli', 'Dropout', 'Multinomial', 'RandomNormal', 'RandomNormalLike', 'RandomUniform',
           'RandomUniformLike')


def _jit_pass_merge_shape_concate(graph: Graph) -> None:
    """Take the sizes of one tensor that a shape is put together of by one Gather.

    Concat(axis=0) of Unsqueeze(Gather(Shape(x), i)): neighbours of the same x become Gather(Shape(x), [i, j, ...]),
    constants beside each other become one.
    """
    _rewrite(graph, 'onnx::Concat', _merge_sizes)


def _jit_pass_onnx_peephole(graph: Graph) -> None:
    """Leave out what the next node undoes: Reshape before Reshape, Cast before the same Cast."""
    _rewrite(graph, 'onnx::Reshape', _skip_reshape)
    _rewrite(graph, 'onnx::Cast', _skip_cast)


def _jit_pass_flatten_cls_head(graph: Graph) -> None:
    """Replace a Reshape to [N, -1] after GlobalAveragePool by Flatten(axis=1).

    N is the batch of what is pooled, however it is computed. A Reshape whose output is one of the graph stays.
    """
    _rewrite(graph, 'onnx::Reshape', _flatten_pooled)


def _jit_pass_fuse_select_assign(graph: Graph, params: dict[str, torch.Tensor]) -> None:
    """Replace `y[mask] = z[mask]` (ScatterND of GatherND at NonZero) by Where(mask, z, y)."""
    _rewrite(graph, 'onnx::Cast', _skip_cast_of_condition)
    _jit_pass_common_subgraph_elimination(graph, params)
    _rewrite(graph, 'onnx::ScatterND', _select)


def _jit_pass_common_subgraph_elimination(graph: Graph, params: dict[str, torch.Tensor]) -> None:
    """Compute once what is computed twice.

    Two nodes are the same with the same kind, attributes and inputs; weights (`params`, by the name of the graph's
    input) are the same input with the same type, shape and content. Weights themselves stay apart.
    """
    weights: dict[tuple, Value] = {}
    same = {}
    for value in graph.inputs():
        weight = params.get(value.debugName())
        if isinstance(weight, torch.Tensor):
            same[value.unique()] = weights.setdefault(_content(weight), value).unique()
    for nodes in _blocks(graph):
        first: dict[tuple, Node] = {}
        for node in nodes:
            key = _key(node, same)
            if key is None:
                continue
            kept = first.setdefault(key, node)
            # An output of the graph keeps its name.
            if kept is node or _ids(node.outputs()) & _ids(graph.outputs()):
                continue
            for value, other in zip(node.outputs(), kept.outputs(), strict=True):
                value.replaceAllUsesWith(other)
            node.destroy()


def _content(tensor: torch.Tensor) -> tuple:
    tensor = tensor.detach().cpu().contiguous()
    # As bytes: NaN is the same as itself, and -0.0 is another than 0.0.
    return str(tensor.dtype), tuple(tensor.shape), tensor.flatten().view(torch.uint8).numpy().tobytes()


def _key(node: Node, same: dict[int, int]) -> tuple | None:
    """Return what tells a node from others, None for one that stays in any case."""
    kind = node.kind()
    if not kind.startswith('onnx::') or kind.removeprefix('onnx::') in _RANDOM or list(node.blocks()):
        return None
    attributes = []
    for name in sorted(node.attributeNames()):
        how = node.kindOf(name)
        if how not in ('f', 'fs', 'i', 'is', 's', 'ss', 't'):
            return None
        value = getattr(node, how)(name)
        attributes.append((name, how, _content(value) if how == 't' else repr(value)))
    inputs = tuple(same.get(value.unique(), value.unique()) for value in node.inputs())
    return kind, node.outputsSize(), tuple(attributes), inputs


def _blocks(block: Graph | Block) -> Iterator[list[Node]]:
    """Yield the nodes of each block, the outermost first."""
    nodes = list(block.nodes())
    inner = [inner for node in nodes for inner in node.blocks()]
    yield nodes
    for block in inner:
        yield from _blocks(block)


def _ids(values: Iterator[Value]) -> set[int]:
    return {value.unique() for value in values}


def _rewrite(graph: Graph, kind: str, rule: Callable[[Graph, Node], Value | None]) -> None:
    """Replace the output of each node of a kind by what a rule makes of it; then remove what nothing uses."""
    for nodes in _blocks(graph):
        for node in nodes:
            if node.kind() != kind:
                continue
            value = rule(graph, node)
            if value is not None:
                _replace(graph, node.output(), value)
    torch._C._jit_pass_dce_allow_deleting_nodes_with_side_effects(graph)


def _replace(graph: Graph, old: Value, new: Value) -> None:
    """Let another value take a value's place; an output of the graph keeps its name, if the user gave it one."""
    outputs = _ids(graph.outputs())
    if old.unique() in outputs:
        if new.unique() in outputs | _ids(graph.inputs()):
            return
        # A number is what PyTorch counts values with, and no name.
        if not old.debugName().isdigit():
            new.setDebugName(old.debugName())
    old.replaceAllUsesWith(new)


def _emit(graph: Graph, before: Node, kind: str, *inputs: Value, axis: int | None = None) -> Value:
    """Add a node in front of another, and return its output."""
    node = graph.create(kind, list(inputs), 1)
    if axis is not None:
        node.i_('axis', axis)
    node.insertBefore(before)
    node.copyMetadata(before)
    return node.output()


def _emit_constant(graph: Graph, before: Node, numbers: list[int]) -> Value:
    node = graph.create('onnx::Constant', [], 1)
    tensor = torch.tensor(numbers)
    node.t_('value', tensor)
    node.insertBefore(before)
    node.output().inferTypeFrom(tensor)
    return node.output()


def _constant(value: Value) -> torch.Tensor | None:
    node = value.node()
    return node.t('value') if node.kind() == 'onnx::Constant' and node.hasAttribute('value') else None


def _made_by(value: Value, kind: str) -> Node | None:
    node = value.node()
    return node if node.kind() == kind else None


def _axis(node: Node) -> int:
    return node.i('axis') if node.hasAttribute('axis') else 0


def _is_unsqueeze_at(node: Node, axis: int) -> bool:
    """Tell whether a node adds one axis; up to opset 12 it is an attribute."""
    if node.kind() != 'onnx::Unsqueeze':
        return False
    if node.hasAttribute('axes'):
        return getattr(node, 'is')('axes') == [axis]
    axes = _constant(node.inputsAt(1))
    return axes is not None and axes.flatten().tolist() == [axis]


def _sizes_of(piece: Value) -> tuple[Value, list[int]] | None:
    """Return whose sizes a piece of a shape are, and which."""
    node = piece.node()
    single = _is_unsqueeze_at(node, 0)
    gather = _made_by(node.inputsAt(0) if single else piece, 'onnx::Gather')
    if gather is None or _axis(gather) != 0:
        return None
    shape, index = _made_by(gather.inputsAt(0), 'onnx::Shape'), _constant(gather.inputsAt(1))
    if shape is None or shape.hasAttributes() or index is None or index.dim() != (0 if single else 1):
        return None
    return shape.inputsAt(0), index.flatten().tolist()


def _merge_sizes(graph: Graph, node: Node) -> Value | None:
    """Merge neighbours among the inputs of a Concat: sizes of one tensor, constants."""
    if _axis(node) != 0:
        return None
    # Each group: who it is (None for what is not merged), whose sizes, numbers, how many pieces.
    groups: list[list] = []
    for piece in node.inputs():
        sizes, constant = _sizes_of(piece), _constant(piece)
        if sizes is not None:
            who, owner, numbers = sizes[0].unique(), sizes[0], sizes[1]
        elif constant is not None and constant.dtype == torch.int64 and constant.dim() == 1:
            who, owner, numbers = 'constant', None, constant.tolist()
        else:
            who, owner, numbers = None, piece, []
        if groups and who is not None and groups[-1][0] == who:
            groups[-1][2] = groups[-1][2] + numbers
            groups[-1][3] += 1
        else:
            groups.append([who, owner, numbers, 1, piece])
    if all(count == 1 for _, _, _, count, _ in groups):
        return None
    pieces = []
    for who, owner, numbers, count, piece in groups:
        if count == 1:
            pieces.append(piece)
            continue
        value = _emit_constant(graph, node, numbers)
        if who != 'constant':
            shape = _emit(graph, node, 'onnx::Shape', owner)
            value = _emit(graph, node, 'onnx::Gather', shape, value, axis=0)
            value.inferTypeFrom(torch.tensor(numbers))
        pieces.append(value)
    if len(pieces) == 1:
        return pieces[0]
    value = _emit(graph, node, 'onnx::Concat', *pieces, axis=0)
    value.setType(node.output().type())
    return value


def _skip_reshape(graph: Graph, node: Node) -> None:
    first, shape = _made_by(node.inputsAt(0), 'onnx::Reshape'), _constant(node.inputsAt(1))
    if first is None or shape is None:
        return
    # 0 is the size that the first Reshape made, unless `allowzero` says that it is none.
    copies = not (node.hasAttribute('allowzero') and node.i('allowzero'))
    if copies and 0 in shape.flatten().tolist():
        return
    node.replaceInput(0, first.inputsAt(0))


def _skip_cast(graph: Graph, node: Node) -> Value | None:
    first = _made_by(node.inputsAt(0), 'onnx::Cast')
    return first.output() if first is not None and first.i('to') == node.i('to') else None


def _skip_cast_of_condition(graph: Graph, node: Node) -> Value | None:
    conditions = ('onnx::Greater', 'onnx::GreaterOrEqual', 'onnx::Less', 'onnx::LessOrEqual', 'onnx::Equal')
    is_bool = node.i('to') == torch.onnx.TensorProtoDataType.BOOL
    return node.inputsAt(0) if is_bool and node.inputsAt(0).node().kind() in conditions else None


def _flatten_pooled(graph: Graph, node: Node) -> Value | None:
    pool = _made_by(node.inputsAt(0), 'onnx::GlobalAveragePool')
    shape = _made_by(node.inputsAt(1), 'onnx::Concat')
    if pool is None or shape is None or _axis(shape) != 0 or shape.inputsSize() != 2:
        return None
    batch, rest = _sizes_of(shape.inputsAt(0)), _constant(shape.inputsAt(1))
    if batch is None or batch[1] != [0] or rest is None or rest.flatten().tolist() != [-1]:
        return None
    if batch[0].unique() not in (pool.output().unique(), pool.inputsAt(0).unique()):
        return None
    if node.output().unique() in _ids(graph.outputs()):
        return None
    value = _emit(graph, node, 'onnx::Flatten', pool.output(), axis=1)
    value.setType(node.output().type())
    return value


def _select(graph: Graph, node: Node) -> Value | None:
    if node.hasAttribute('reduction') and node.s('reduction') != 'none':
        return None
    target, index, updates = node.inputs()
    mask = _mask_of_index(index)
    gather = _made_by(_without_expand(updates), 'onnx::GatherND')
    if mask is None or gather is None or (gather.hasAttribute('batch_dims') and gather.i('batch_dims')):
        return None
    source, other = gather.inputsAt(0), _mask_of_index(gather.inputsAt(1))
    if other is None or other.unique() != mask.unique() or not _have_equal_ranks(mask, target, source):
        return None
    value = _emit(graph, node, 'onnx::Where', mask, source, target)
    value.setType(node.output().type())
    return value


def _rank(value: Value) -> int | None:
    return value.type().dim() if isinstance(value.type(), torch._C.TensorType) else None


def _have_equal_ranks(mask: Value, *values: Value) -> bool:
    """Tell whether a mask picks single elements of values, which have its shape then, as PyTorch wants it."""
    is_bool = isinstance(mask.type(), torch._C.TensorType) and mask.type().scalarType() == 'Bool'
    return is_bool and _rank(mask) is not None and all(_rank(value) == _rank(mask) for value in values)


def _mask_of_rows(value: Value) -> Value | None:
    """Return the mask of which a value is a row of NonZero, or a sum of such rows: one number per element picked."""
    node = value.node()
    if node.kind() == 'onnx::Add':
        masks = [_mask_of_rows(item) for item in node.inputs()]
        known = None not in masks and masks[0].unique() == masks[1].unique()
        return masks[0] if known else None
    if node.kind() != 'onnx::Gather' or _axis(node) != 0:
        return None
    index, nonzero = _constant(node.inputsAt(1)), _made_by(node.inputsAt(0), 'onnx::NonZero')
    return nonzero.inputsAt(0) if nonzero is not None and index is not None and index.dim() == 0 else None


def _without_expand(value: Value) -> Value:
    """Return the input of an Expand to the number of elements that a mask picks: [K] has that size already."""
    expand = _made_by(value, 'onnx::Expand')
    shape = _made_by(expand.inputsAt(1), 'onnx::Shape') if expand is not None else None
    counts = shape is not None and not shape.hasAttributes() and _mask_of_rows(shape.inputsAt(0)) is not None
    return expand.inputsAt(0) if counts else value


def _mask_of_index(index: Value) -> Value | None:
    """Return the mask of which [K, rank] indices are the elements, in order: Transpose(NonZero), or row by row."""
    node = index.node()
    if node.kind() == 'onnx::Transpose':
        nonzero = _made_by(node.inputsAt(0), 'onnx::NonZero')
        return nonzero.inputsAt(0) if nonzero is not None else None
    if node.kind() != 'onnx::Concat' or _axis(node) not in (1, -1):
        return None
    masks = []
    for i, column in enumerate(node.inputs()):
        if not (_is_unsqueeze_at(column.node(), 1) or _is_unsqueeze_at(column.node(), -1)):
            return None
        row = _without_expand(column.node().inputsAt(0))
        if row.node().kind() != 'onnx::Gather' or _mask_of_rows(row) is None:
            return None
        if _constant(row.node().inputsAt(1)).item() != i:
            return None
        masks.append(_mask_of_rows(row))
    one = len({mask.unique() for mask in masks}) == 1
    return masks[0] if one and _rank(masks[0]) == len(masks) else None
