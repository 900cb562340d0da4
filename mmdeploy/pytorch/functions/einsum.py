"""`torch.einsum`."""
from typing import Any, NamedTuple

import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.core.rewriters.untraced import untraced
from mmdeploy.utils import IR


class _Plan(NamedTuple):
    """The letters of an equation of two operands, by where they stand."""

    batch: str  # in both operands and in the result
    left: str  # in the first operand and in the result
    right: str  # in the second operand and in the result
    summed: str  # in both operands only
    out: str


def _plan(equation: str, operands: tuple) -> _Plan | None:
    """Return what a product of matrices needs to know, None for an equation that is none."""
    terms, arrow, out = equation.replace(' ', '').partition('->')
    terms = terms.split(',')
    if not arrow or len(terms) != 2 or len(operands) != 2 or not ''.join([*terms, out]).isalpha():
        return None
    if any(len(set(term)) < len(term) for term in (*terms, out)):
        return None
    a, b = terms
    if not set(a) ^ set(b) <= set(out):
        return None
    sizes = [dict(zip(term, untraced(x.size), strict=True)) for term, x in zip(terms, operands, strict=True)]
    summed = ''.join(letter for letter in a if letter in b and letter not in out)
    # A size of 1 may meet another one, which a product of matrices does not know.
    if not summed or any(sizes[0][letter] != sizes[1][letter] for letter in a if letter in b):
        return None
    return _Plan(''.join(letter for letter in a if letter in b and letter in out),
                 ''.join(letter for letter in a if letter not in b),
                 ''.join(letter for letter in b if letter not in a), summed, out)


def _matrices(x: torch.Tensor, term: str, batch: str, rows: str, columns: str) -> torch.Tensor:
    """Return `x` with one axis for all rows and one for all columns, behind those of the batch."""
    order = batch + rows + columns
    x = x.permute([term.index(letter) for letter in order])
    count = len(batch)
    for part in (rows, columns):
        x = x.unsqueeze(count) if not part else x.flatten(count, count + len(part) - 1) if len(part) > 1 else x
        count += 1
    return x


@FUNCTION_REWRITER.register_rewriter(func_name='torch.einsum', ir=IR.ONNX)
def einsum__onnx(ctx, equation: str, *operands: Any) -> torch.Tensor:
    """Multiply matrices, where that is what an equation of two operands says.

    ONNX has Einsum since opset 12 only, and few engines run it as fast as a product. Other equations stay.
    """
    if len(operands) == 1 and isinstance(operands[0], list | tuple):
        operands = tuple(operands[0])
    plan = _plan(equation, operands) if isinstance(equation, str) else None
    if plan is None:
        return ctx.origin_func(equation, *operands)
    a, b = equation.replace(' ', '').partition('->')[0].split(',')
    first, second = operands
    product = (_matrices(first, a, plan.batch, plan.left, plan.summed)
               @ _matrices(second, b, plan.batch, plan.summed, plan.right))
    sizes = {**dict(zip(b, second.shape, strict=True)), **dict(zip(a, first.shape, strict=True))}
    found = plan.batch + plan.left + plan.right
    if len(plan.left) != 1 or len(plan.right) != 1:
        product = product.reshape([sizes[letter] for letter in found])
    return product.permute([found.index(letter) for letter in plan.out])
