"""How far arrays of an engine are from those of PyTorch: 0 for equal ones and about 1 for others."""
import cv2
import numpy as np

# A channel whose values are below that share of the largest of the output is seen in relation to it: rounding.
_LEAST_CHANNEL = 1e-4
# Pixels that a border between labels may move: where the scores of two labels tie, rounding decides.
_BORDER = 2
# A label of fewer pixels is seen as one of so many: such spots come and go with rounding.
_FEW_PIXELS = 50


def is_same_kind(expected: np.ndarray, found: np.ndarray) -> bool:
    """Tell whether arrays of one shape have their finite numbers, NaN, and infinities of a sign at the same places."""
    finite = np.isfinite(expected)
    return bool(np.array_equal(finite, np.isfinite(found)) and
                np.array_equal(expected[~finite], found[~finite], equal_nan=True))


def largest_difference(expected: np.ndarray, found: np.ndarray) -> tuple[float, float]:
    """Return the largest difference of the finite numbers of arrays of one kind, and the largest absolute value."""
    finite = np.isfinite(expected)
    expected, found = (np.where(finite, values, 0).astype(np.float64) for values in (expected, found))
    return float(np.abs(found - expected).max(initial=0)), float(np.abs(expected).max(initial=0))


def disagreement_of_numbers(expected: np.ndarray, found: np.ndarray) -> float:
    """Return the largest difference, relative to the largest absolute value: of maps [N, C, H, W] to the channel's.

    1 where one side is not finite, and the other is or is something else.
    """
    if not is_same_kind(expected, found):
        return 1.0
    least = max(largest_difference(expected, found)[1] * _LEAST_CHANNEL, 1e-12)
    channels = [(expected, found)]
    if expected.ndim == 4:
        channels = [(expected[:, i], found[:, i]) for i in range(expected.shape[1])]
    pairs = (largest_difference(*channel) for channel in channels)
    return max((difference / max(scale, least) for difference, scale in pairs), default=0.0)


def is_label_map(labels: np.ndarray) -> bool:
    """Tell whether an output is labels of pixels, [..., H, W]."""
    return labels.ndim >= 3 and not np.issubdtype(labels.dtype, np.floating) and min(labels.shape[-2:]) > 1


def _far_from(pixels: np.ndarray) -> np.ndarray:
    """Return the pixels, bool [N, H, W], that are more than `_BORDER` away from some."""
    kernel = np.ones((2 * _BORDER + 1,) * 2, np.uint8)
    return ~np.stack([cv2.dilate(image.astype(np.uint8), kernel) for image in pixels]).astype(bool)


def _disagreement_of_maps(expected: np.ndarray, found: np.ndarray) -> float:
    """Return the largest share of a label's pixels, of both sides, that the other side has only far away."""
    expected, found = (labels.reshape(-1, *labels.shape[-2:]) for labels in (expected, found))
    differs = expected != found
    worst = 0.0
    for label in np.union1d(expected[differs], found[differs]):
        ours, theirs = expected == label, found == label
        moved = np.count_nonzero(ours & _far_from(theirs)) + np.count_nonzero(theirs & _far_from(ours))
        worst = max(worst, moved / max(np.count_nonzero(ours | theirs), _FEW_PIXELS))
    return worst


def disagreement_of_labels(expected: np.ndarray, found: np.ndarray) -> float:
    """Return the share of the labels that differ; of maps also that of each label's pixels that are elsewhere.

    A label of few pixels is as wrong as one of many, but only a border that moves a little is none.
    """
    if not expected.size:
        return 0.0
    share = np.count_nonzero(expected != found) / expected.size
    return max(share, _disagreement_of_maps(expected, found)) if is_label_map(expected) else share


def is_without_content(output: np.ndarray) -> bool:
    """Tell whether an output says nothing: no elements, only zeros, or one label everywhere."""
    if is_label_map(output):
        return output.size == 0 or bool((output == output.flat[0]).all())
    return np.issubdtype(output.dtype, np.floating) and not np.any(output) or not output.size
