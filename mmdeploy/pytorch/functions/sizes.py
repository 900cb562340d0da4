"""How methods of tensors take sizes."""
from collections.abc import Sequence


def sizes_of(args: Sequence) -> Sequence:
    """Return the sizes of `f(2, 3)` or of `f((2, 3))`."""
    return args[0] if len(args) == 1 and isinstance(args[0], Sequence) else args
