"""Cases of scatter_nd, and what numpy answers (by ONNX's definition)."""
from collections.abc import Iterator

import numpy as np

from mmdeploy.op.case import Case


def _case(name: str, data: np.ndarray, indices: np.ndarray, updates: np.ndarray) -> Case:
    expected = data.copy()
    for position in np.ndindex(indices.shape[:-1]):
        expected[tuple(indices[position])] = updates[position]
    return Case('mmdeploy::ScatterND', name, [data, indices, updates], {}, [expected])


def cases() -> Iterator[Case]:
    random = np.random.default_rng(0)
    data = random.normal(size=(4, 5, 3)).astype('f4')
    rows = np.array([[2], [0]], 'i8')
    yield _case('rows', data, rows, random.normal(size=(2, 5, 3)).astype('f4'))
    yield _case('elements', data, np.array([[[1, 4, 2], [3, 0, 0]]], 'i4'), random.normal(size=(1, 2)).astype('f4'))
    yield _case('integers', np.arange(12, dtype='i4').reshape(4, 3), rows, np.full((2, 3), -7, 'i4'))
    yield _case('nothing', data, rows[:0], random.normal(size=(0, 5, 3)).astype('f4'))
