"""The pose tracker through Python: forms of a call, streams, threads, mistakes."""
import ctypes
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import yaml
from mmdeploy_python import PoseDetector, PoseTracker

from tests.ocr.chain_test import inference, write_chain

GOLDEN = Path(__file__).resolve().parents[2] / 'mmdeploy/task'
DETECTOR, POSE_DETECTOR = (str(GOLDEN / f'{task}/golden/model') for task in ('detector', 'pose_detector'))
FRAME = np.full((48, 64, 3), 100, np.uint8)
PARAMS = dict(det_label=1, det_interval=2)


@pytest.fixture(scope='module')
def tracker() -> PoseTracker:
    return PoseTracker(det_model=DETECTOR, pose_model=POSE_DETECTOR, device_name='cpu', device_id=0, num_threads=1)


def follow(tracker: PoseTracker, frames: int = 6) -> list[tuple]:
    state = tracker.create_state(**PARAMS)
    return [tracker(state, FRAME) for _ in range(frames)]


def test_what_a_frame_gives(tracker):
    points, boxes, ids = follow(tracker, 1)[0]
    assert len(ids) > 0 and points.shape == (len(ids), 4, 3) and boxes.shape == (len(ids), 4)
    assert points.dtype == boxes.dtype == np.float32 and ids.dtype == np.uint32
    assert (boxes[:, :2] < boxes[:, 2:]).all() and sorted(set(ids)) == sorted(ids)


def test_without_a_detection_there_is_nothing_to_follow(tracker):
    state = tracker.create_state(**PARAMS)
    points, boxes, ids = tracker(state, FRAME, detect=0)
    assert points.shape == (0, 0, 3) and boxes.shape == (0, 4) and ids.shape == (0, )
    assert len(tracker(state, FRAME, 1)[2]) > 0


def test_streams_are_apart_in_batches_and_threads(tracker):
    expected = follow(tracker)
    states = [tracker.create_state(**PARAMS) for _ in range(3)]
    batches = [tracker.batch(states, [FRAME] * 3, [-1] * 3) for _ in expected]
    with ThreadPoolExecutor(4) as pool:
        threads = [future.result() for future in [pool.submit(follow, tracker) for _ in range(8)]]
    for stream in [[batch[i] for batch in batches] for i in range(3)] + threads:
        for found, wanted in zip(stream, expected, strict=True):
            for one, other in zip(found, wanted, strict=True):
                np.testing.assert_array_equal(one, other)


def test_parameters_are_taken(tracker):
    limited = tracker.create_state(**PARAMS, pose_max_num_bboxes=1, smooth_params=(0, 1, 1), keypoint_sigmas=[0.1] * 4)
    assert len(tracker(limited, FRAME)[2]) <= 1
    other = tracker.create_state(det_label=7)
    assert len(tracker(other, FRAME)[2]) == 0


def test_mistakes(tracker):
    with pytest.raises(TypeError, match="unknown parameter 'det_thresh' of a pose tracker"):
        tracker.create_state(det_thresh=1)
    with pytest.raises(RuntimeError, match='code: 1: parameter det_nms_thr of the pose tracker is 2, allowed: 0 to 1'):
        tracker.create_state(det_nms_thr=2)
    for name, value, expected in [('det_interval', 1.5, 'an int'), ('det_thr', 'x', 'a float'),
                                  ('keypoint_sigmas', 3, 'floats'), ('smooth_params', [1, 'x', 2], 'floats')]:
        with pytest.raises(TypeError, match=rf"parameter '{name}' is {re.escape(repr(value))}, expected {expected}"):
            tracker.create_state(**{name: value})
    for states in [[None], [3]]:
        with pytest.raises(TypeError, match=rf'states\[0\] is {states[0]}, expected what create_state gives'):
            tracker.batch(states, [FRAME])
    with pytest.raises(ValueError, match='three numbers'):
        tracker.create_state(smooth_params=[1])
    for count in (1, 3, 5):
        with pytest.raises(RuntimeError, match=f'has {count} numbers, the pose detector gives 4'):
            tracker.create_state(keypoint_sigmas=[0.1] * count)
    assert tracker.create_state(keypoint_sigmas=[])
    state = tracker.create_state(**PARAMS)
    tracker(state, FRAME)
    with pytest.raises(RuntimeError, match='is 10x64 .* those before are 48x64'):
        tracker(state, FRAME[:10])
    with pytest.raises(RuntimeError, match='or twice in this one'):
        tracker.batch([state, state], [FRAME, FRAME])
    with pytest.raises(RuntimeError, match='one state, and one use_detect or none, per frame'):
        tracker.batch([state], [FRAME, FRAME])
    with pytest.raises(RuntimeError, match='use_detect of frame 0 is 3'):
        tracker(state, FRAME, 3)
    with pytest.raises(RuntimeError, match='failed to create pose tracker: .*detector of a pose tracker'):
        PoseTracker(POSE_DETECTOR, DETECTOR, 'cpu')
    assert tracker.batch([], []) == []


def test_poses_of_all_frames_in_one_list_are_refused(tmp_path):
    """Without '*' on the people, nobody knows which frame a pose is of."""
    attach = dict(type='Task', module='AttachBox', input=['img+', 'boxes*'], output='people')
    flat = write_chain(tmp_path / 'flat', {'det': Path(DETECTOR), 'pose': Path(POSE_DETECTOR)},
                       [inference('det', 'img', 'boxes'), attach, inference('pose', 'people', 'poses')], ['poses'])
    for load in (lambda: PoseDetector(str(flat), 'cpu'), lambda: PoseTracker(DETECTOR, str(flat), 'cpu')):
        with pytest.raises(RuntimeError, match="output 'poses' of the pipeline is list of PoseDetection of all images"):
            load()


def test_documented_defaults_are_those_of_the_library():
    root = Path(__file__).resolve().parents[2]
    headers = yaml.safe_load((root / 'api/sdk.yaml').read_text())['headers']
    items = next(header for header in headers if header['name'] == 'pose_tracker')['items']
    fields = next(item for item in items if item.get('struct') == 'mmdeploy_pose_tracker_param_t')['fields']
    types = dict(int32=ctypes.c_int32, float=ctypes.c_float, float3=ctypes.c_float * 3, float_array=ctypes.c_void_p)

    class Params(ctypes.Structure):
        _fields_ = [(field['name'], types[field['type']]) for field in fields]

    params = Params()
    assert ctypes.CDLL(str(root / 'build/lib/libmmdeploy.so')).mmdeploy_pose_tracker_default_params(
        ctypes.byref(params)) == 0
    for field in fields:
        found, default = getattr(params, field['name']), field['default']
        if default == 'NULL':
            assert found is None
        else:
            np.testing.assert_allclose(list(found) if isinstance(default, list) else found, default, rtol=1e-6)
        name = re.escape(field['name'])
        assert re.search(rf'`{name}` .*Default: ', (root / 'docs/en/api/c.md').read_text()), name
