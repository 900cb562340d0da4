"""Tests of the golden data of an SDK model."""
import hashlib
import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmdeploy.model.golden import (
    MAX_BYTES,
    MAX_IMAGE_BYTES,
    Reference,
    build_golden,
    encode_image,
    pack_tensors,
    write_golden,
)

ROOT = Path(__file__).parents[2]
DEPLOY = str(ROOT / 'configs/mmcls/classification_onnxruntime_dynamic.py')
MODEL = str(ROOT / 'zoo/mmcls/resnet18_digits.py')
CHECKPOINT = str(ROOT / 'zoo/mmcls/resnet18_digits.pth')
IMAGE = str(ROOT / 'zoo/mmcls/images/digit_7.png')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    work_dir = tmp_path_factory.mktemp('model')
    path = Path(
        write_golden(DEPLOY, MODEL, CHECKPOINT, IMAGE, str(work_dir)))
    assert [p.name for p in work_dir.iterdir()] == ['golden']
    return path


def test_files_and_schema(folder):
    assert sorted(p.name for p in folder.iterdir()) == [
        'golden.json', 'image.png', 'tensors.npz'
    ]
    golden = json.loads((folder / 'golden.json').read_text())
    assert golden['format'] == 1 and golden['image'] == 'image.png'
    assert set(golden['reference']) == {'framework', 'codebase'}
    assert [(s['name'], s['node']) for s in golden['stages']] == [
        ('preprocess', 'Preprocess'), ('net', 'resnet'),
        ('postprocess', 'postprocess')
    ]
    for stage in golden['stages']:
        assert set(stage['tolerance']) == {'abs', 'rel'}
    largest = golden['stages'][1]['tensors']['output']['max']
    assert golden['stages'][1]['tolerance']['abs'] == 1e-4 * largest
    assert np.array_equal(
        cv2.imread(str(folder / 'image.png')), cv2.imread(IMAGE))


def test_tensors_are_described(folder):
    golden = json.loads((folder / 'golden.json').read_text())
    arrays = np.load(folder / 'tensors.npz')
    for stage in golden['stages'][:2]:
        for tensor in stage['tensors'].values():
            array = arrays[tensor['array']]
            assert (tensor['offset'], tensor['stride']) == (0, 1)
            assert list(array.shape) == tensor['shape']
            assert array.dtype.name == tensor['dtype'] == 'float32'
            assert hashlib.sha256(
                array.tobytes()).hexdigest() == tensor['sha256']
            assert tensor['max'] == array.max()
            assert tensor['mean'] == pytest.approx(array.mean(), abs=1e-6)


def test_result_is_that_of_the_network(folder):
    golden = json.loads((folder / 'golden.json').read_text())
    scores = np.load(folder / 'tensors.npz')['net/output'][0]
    post = golden['stages'][2]
    assert post['type'] == 'Classification' and len(post['result']) == 5
    assert post['result'][0]['label_id'] == 7
    for item in post['result']:
        assert item['score'] == scores[item['label_id']]


def test_writing_again_replaces(folder):
    (folder / 'stale').touch()
    write_golden(DEPLOY, MODEL, CHECKPOINT, IMAGE, str(folder.parent))
    assert not (folder / 'stale').exists()


def test_large_image_shrinks():
    noise = np.random.default_rng(0).integers(
        0, 256, (600, 900, 3)).astype(np.uint8)
    data = encode_image(noise)
    assert len(data) <= MAX_IMAGE_BYTES
    height, width = cv2.imdecode(np.frombuffer(data, np.uint8), 1).shape[:2]
    assert height < 600 and abs(width / height - 1.5) < 0.02


def test_large_tensors_are_sampled():
    random = np.random.default_rng(0)
    arrays = dict(
        a=random.standard_normal((2, 3, 100, 100)).astype(np.float32),
        b=np.arange(5, dtype=np.int64))
    data, strides = pack_tensors(arrays, {}, 100_000)
    assert len(data) <= 100_000 and strides['b'] == 1 and strides['a'] > 1
    import io
    stored = np.load(io.BytesIO(data))
    assert np.array_equal(stored['a'],
                          arrays['a'].reshape(-1)[::strides['a']])
    assert np.array_equal(stored['b'], arrays['b'])


def test_arrays_with_swapped_axes_are_put_in_order():
    swapped = np.arange(6, dtype=np.float32).reshape(2, 3).T
    data, _ = pack_tensors(dict(a=swapped), dict(b=swapped), 10_000)
    found = np.load(io.BytesIO(data))
    for name in 'ab':
        assert found[name].flags.c_contiguous and (found[name] == swapped).all()


def test_all_stays_within_the_budget():
    random = np.random.default_rng(0)
    image = random.standard_normal((1, 3, 640, 640)).astype(np.float32)
    reference = Reference(
        dict(img=image), dict(net=dict(output=image[:, :1])), 'Classification',
        [dict(label_id=0, score=1.0)])
    tasks = [dict(name=n) for n in ('pre', 'net', 'post')]
    golden, data = build_golden(reference, tasks,
                                dict(framework='f', codebase='c'),
                                MAX_IMAGE_BYTES)
    total = len(data) + len(json.dumps(golden)) + MAX_IMAGE_BYTES
    assert total <= MAX_BYTES
    tensor = golden['stages'][0]['tensors']['img']
    assert tensor['stride'] > 1 and tensor['shape'] == [1, 3, 640, 640]
    assert tensor['sha256'] == hashlib.sha256(image.tobytes()).hexdigest()


def test_large_arrays_are_packed_in_few_rounds():
    """A map of scores needs a stride of hundreds."""
    noise = np.random.default_rng(0).random(2_000_000).astype('f4')
    data, strides = pack_tensors({'a': noise}, {}, 30_000)
    assert len(data) <= 30_000 and strides['a'] > 200
