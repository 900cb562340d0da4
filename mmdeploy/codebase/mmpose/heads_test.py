"""Places that the SDK reads from maps and regressions are those of mmpose, on maps that hurt as well."""
import json
import shutil
from pathlib import Path

import mmdeploy_runtime
import numpy as np
import pytest

from mmdeploy.task import __path__ as task_path

HEIGHT, WIDTH = 24, 18
IMAGE = np.zeros((60, 70, 3), np.uint8)
# Left, top, right, bottom; the second is mostly outside of the image.
BOXES = [[5, 7, 44, 56], [-30.5, 40, 12, 99.25]]
MODES = {
    'default': {},
    'none': dict(post_process=None),
    'unbiased': dict(post_process='unbiased', modulate_kernel=11),
    'unbiased_17': dict(unbiased_decoding=True, modulate_kernel=17),
    'megvii': dict(post_process='megvii', modulate_kernel=9),
    'udp': dict(use_udp=True, modulate_kernel=11),
    'udp_3': dict(use_udp=True, modulate_kernel=3),
    'udp_offsets': dict(use_udp=True, target_type='CombinedTarget', modulate_kernel=11),
}


def peaks(places: np.ndarray, sigma: float) -> np.ndarray:
    """Return maps [n, HEIGHT, WIDTH] with a peak at each of the places [n, 2]."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    squares = (x - places[:, :1, None])**2 + (y - places[:, 1:, None])**2
    return np.exp(-squares / (2 * sigma**2)).astype(np.float32)


def maps_that_hurt() -> np.ndarray:
    """Return maps [n, HEIGHT, WIDTH]: at and beside borders, tied, noisy, narrow, tiny, negative, empty."""
    rng = np.random.default_rng(0)
    everywhere = rng.uniform(-0.4, [WIDTH - 0.6, HEIGHT - 0.6], (40, 2))
    corners = np.array([(x, y) for x in (0, 1, 2, WIDTH - 3, WIDTH - 2, WIDTH - 1) for y in (0, 1.2, 2, HEIGHT - 1)])
    single = np.zeros((6, HEIGHT, WIDTH), np.float32)
    for i, (y, x) in enumerate([(0, 0), (2, 2), (5, 9), (HEIGHT - 1, WIDTH - 1), (HEIGHT - 3, WIDTH - 3), (12, 1)]):
        single[i, y, x] = (1, 0.3, 1e-12, 2, 1e-6, 300)[i]
    tied = np.zeros((2, HEIGHT, WIDTH), np.float32)
    tied[0, [5, 5, 18], [7, 8, 3]] = 1
    tied[1, 10, 4:12] = 0.5
    noisy = peaks(everywhere[:10], 2) + rng.normal(0, 0.05, (10, HEIGHT, WIDTH)).astype(np.float32)
    nothing = np.stack([np.zeros((HEIGHT, WIDTH), np.float32), np.full((HEIGHT, WIDTH), -1, np.float32)])
    return np.concatenate([peaks(everywhere, 2), peaks(corners, 2), peaks(corners[:6], 0.5), single, tied, noisy,
                           60 * peaks(everywhere[:4], 1.5), 1e-5 * peaks(everywhere[:4], 3), nothing,
                           peaks(everywhere[:2], 1) - 0.5])


def make_model(folder: Path, component: str, params: dict, outputs: dict[str, np.ndarray]) -> Path:
    """Write an SDK model whose network answers with constants."""
    source = Path(task_path[0]) / 'pose_detector/golden/model'
    shutil.copytree(source, folder)
    pipeline = json.loads((folder / 'pipeline.json').read_text())
    steps = pipeline['pipeline']['tasks']
    steps[-1].update(component=component, params=params)
    for step in steps[0]['transforms']:
        if 'image_size' in step:
            step.update(image_size=[72, 96], **({'use_udp': params.get('use_udp', False)}
                                               if step['type'] == 'TopDownAffine' else {}))
    (folder / 'pipeline.json').write_text(json.dumps(pipeline))
    net = json.loads((folder / 'net.json').read_text())
    net['outputs'] = [dict(name=name, shape=list(value.shape)) for name, value in outputs.items()]
    net['ops'] = [dict(op='constant', output=name, shape=list(value.shape), values=value.ravel().tolist())
                  for name, value in outputs.items()]
    (folder / 'net.json').write_text(json.dumps(net))
    return folder


def with_offsets(maps: np.ndarray, seed: int) -> np.ndarray:
    """Return maps [3n, HEIGHT, WIDTH]: behind each of [n, HEIGHT, WIDTH] two of random offsets."""
    offsets = np.random.default_rng(seed).uniform(-1, 1, (len(maps), 2, HEIGHT, WIDTH)).astype(np.float32)
    return np.concatenate([maps[:, None], offsets], axis=1).reshape(-1, HEIGHT, WIDTH)


def decode_with_sdk(maps: np.ndarray, params: dict, folder: Path) -> np.ndarray:
    """Return [boxes, K, 3]: x, y, score in each of `BOXES`."""
    model = make_model(folder / 'model', 'TopdownHeatmapSimpleHeadDecode', params, dict(output=maps[None]))
    return mmdeploy_runtime.PoseDetector(str(model), 'cpu', 0)(IMAGE, BOXES)


def center_scale(box: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return what mmpose makes of left, top, right, bottom."""
    from mmpose.core.bbox import bbox_xywh2cs
    left, top, right, bottom = box
    return bbox_xywh2cs(np.array([left, top, right - left + 1, bottom - top + 1]), 72 / 96, 1.25, 200.0)


def decode_with_mmpose(maps: np.ndarray, box: list[float], params: dict) -> np.ndarray:
    """Return [K, 3]: x, y, score."""
    from mmpose.core.evaluation.top_down_eval import keypoints_from_heatmaps
    center, scale = center_scale(box)
    names = dict(unbiased_decoding='unbiased', modulate_kernel='kernel')
    points, scores = keypoints_from_heatmaps(
        maps[None], center[None], scale[None], **{names.get(key, key): value for key, value in params.items()})
    return np.concatenate([points[0], scores[0]], axis=1)


@pytest.mark.parametrize('mode', MODES)
@pytest.mark.filterwarnings('ignore')
def test_places_are_those_of_mmpose(mode, tmp_path):
    params = MODES[mode]
    maps = maps_that_hurt()
    if mode == 'udp_offsets':
        maps = with_offsets(maps, seed=1)
    found = decode_with_sdk(maps, params, tmp_path)
    for result, box in zip(found, BOXES, strict=True):
        expected = decode_with_mmpose(maps.copy(), box, params)
        # Cells are 4 pixels of the input, and 3 to 6 of the image.
        np.testing.assert_allclose(result[:, :2], expected[:, :2], atol=5e-3)
        # A blurred map of zeros has no largest value in mmpose: 0 / 0.
        known = ~np.isnan(expected[:, 2])
        assert known.all() or mode == 'megvii'
        np.testing.assert_allclose(result[known, 2], expected[known, 2], rtol=1e-5, atol=1e-6)
        assert np.isfinite(result).all()


def maps_without_a_positive_value() -> np.ndarray:
    """Return maps [n, HEIGHT, WIDTH]: of such in turn with others, which mmpose reads as well."""
    rng = np.random.default_rng(4)
    others = [peaks(rng.uniform([0, HEIGHT - 8], [WIDTH - 1, HEIGHT - 1], (1, 2)), 3)[0] +
              rng.uniform(0.01, 0.1, (HEIGHT, WIDTH)).astype(np.float32) for _ in range(12)]
    nothing = [-rng.uniform(0, 1, (HEIGHT, WIDTH)).astype(np.float32) for _ in range(12)]
    nothing[3][:], nothing[4][:] = 0, -1
    pairs = [image for pair in zip(nothing, others, strict=True) for image in pair]
    return np.stack([*pairs, nothing[0], nothing[4], others[0][::-1]])


@pytest.mark.parametrize('mode', ['none', 'default', 'unbiased', 'udp', 'udp_3', 'udp_offsets'])
@pytest.mark.parametrize('count', [None, 1])  # one map is its own previous one
@pytest.mark.filterwarnings('ignore')
def test_points_without_a_positive_value_are_where_mmpose_has_them(mode, count, tmp_path):
    params = MODES[mode]
    maps = maps_without_a_positive_value()[:count]
    if mode == 'udp_offsets':
        maps = with_offsets(maps, seed=5)
    found = decode_with_sdk(maps, params, tmp_path)
    for result, box in zip(found, BOXES, strict=True):
        expected = decode_with_mmpose(maps.copy(), box, params)
        assert (expected[:, 2] <= 0).sum() == (14 if count is None else 1)
        np.testing.assert_allclose(result[:, :2], expected[:, :2], atol=5e-3)
        np.testing.assert_allclose(result[:, 2], expected[:, 2], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize('kernel', [3, 5])
@pytest.mark.filterwarnings('ignore')
def test_stripes_under_small_kernels(kernel, tmp_path):
    """Along them a map is flat but for the last bit, which the order of sums decides."""
    maps = np.zeros((9, HEIGHT, WIDTH), np.float32)
    for i, value in enumerate((0.1, 0.7, 0.9)):
        maps[3 * i, :, ::2] = maps[3 * i + 1, ::2] = maps[3 * i + 2, :, 1::3] = value
    params = dict(use_udp=True, modulate_kernel=kernel)
    found = decode_with_sdk(maps, params, tmp_path)
    for result, box in zip(found, BOXES, strict=True):
        np.testing.assert_allclose(result[:, :2], decode_with_mmpose(maps.copy(), box, params)[:, :2], atol=5e-3)


@pytest.mark.parametrize('side', [2, 4])
def test_regressions_are_those_of_mmpose(side, tmp_path):
    from mmpose.core.evaluation.top_down_eval import keypoints_from_regression
    values = np.random.default_rng(2).uniform(-0.2, 1.2, (1, 17, side)).astype(np.float32)
    folder = make_model(tmp_path / 'model', 'DeepposeRegressionHeadDecode', {}, dict(output=values))
    found = mmdeploy_runtime.PoseDetector(str(folder), 'cpu', 0)(IMAGE, BOXES)
    for result, box in zip(found, BOXES, strict=True):
        center, scale = center_scale(box)
        points, scores = keypoints_from_regression(values[..., :2].copy(), center[None], scale[None], [72, 96])
        np.testing.assert_allclose(result[:, :2], points[0], atol=1e-3)
        expected = scores[0, :, 0] if side == 2 else (1 - values[0, :, 2:]).mean(1)
        np.testing.assert_allclose(result[:, 2], expected, atol=1e-6)
