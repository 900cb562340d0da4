"""A function of mmocr 0.6.3 that fails with NumPy 1.24 and later."""
import functools

import numpy as np


def mend_unclip() -> None:
    """Let mmocr leave out texts whose outline falls apart when it grows, as it did with the NumPy of its time.

    Its `unclip` makes an array of outlines of several lengths, which NumPy refuses since 1.24.
    """
    from mmocr.models.textdet.postprocess import db_postprocessor
    original = db_postprocessor.unclip
    if hasattr(original, '__wrapped__'):
        return

    @functools.wraps(original)
    def unclip(*args, **kwargs) -> np.ndarray:
        try:
            return original(*args, **kwargs)
        except ValueError:
            return np.empty((0, 2))

    db_postprocessor.unclip = unclip
