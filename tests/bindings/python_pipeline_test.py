"""Whole pipelines in Python: what they take and give, chains against their tasks, threads, fork, mistakes."""
import json
import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from mmdeploy_python import (
    Classifier,
    Context,
    Detector,
    Device,
    Model,
    Pipeline,
    PoseDetector,
    RotatedDetector,
    Scheduler,
    Segmentor,
    TextDetector,
    TextRecognizer,
)
from PIL import Image

from tests.ocr.chain_test import WARP, inference, page, write_chain

TASKS = Path(__file__).resolve().parents[2] / 'mmdeploy/task'
MODELS = {task: TASKS / f'{task}/golden/model' for task in
          ('classifier', 'detector', 'pose_detector', 'restorer', 'rotated_detector', 'segmentor', 'text_detector',
           'text_recognizer')}
IMAGE = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
ATTACH = dict(type='Task', module='AttachBox', input=['img+', 'dets*'], output='people*')


def described(tasks: list[dict], inputs: list[str], outputs: list[str]) -> dict:
    return dict(pipeline=dict(input=inputs, output=outputs, tasks=tasks))


def of(task: str, source: str, target: str) -> dict:
    return inference(str(MODELS[task]), source, target)


@pytest.fixture(scope='module')
def ocr() -> Pipeline:
    return Pipeline(described([of('text_detector', 'img', 'dets'), WARP, of('text_recognizer', 'patches*', 'texts*')],
                              ['img'], ['dets', 'texts']), 'cpu')


def check_ocr(pipeline: Pipeline, image: np.ndarray) -> None:
    boxes = TextDetector(str(MODELS['text_detector']), 'cpu')(image)
    expected = TextRecognizer(str(MODELS['text_recognizer']), 'cpu')(image, boxes)
    dets, texts = pipeline(image)
    assert [list(det) for det in dets] == [['bbox', 'score']] * len(boxes)
    np.testing.assert_array_equal(np.array([[*det['bbox'], det['score']] for det in dets],
                                           np.float32).reshape(-1, 9), boxes)
    assert [(text['text'], list(text['scores'])) for text in texts] == expected


def test_text_is_found_and_read(ocr: Pipeline) -> None:
    assert (ocr.inputs, ocr.outputs) == (['img'], ['dets', 'texts'])
    assert repr(ocr) == ('Pipeline(img: list of Image or Sample) -> '
                         '(dets: list of list of TextDetection, texts: list of list of TextRecognition)')
    images = [page(seed, count) for seed, count in enumerate([3, 0, 7])]
    for image in images:
        check_ocr(ocr, image)
    dets, texts = ocr.batch(images)
    for i, image in enumerate(images):
        one = ocr(image)
        assert str([dets[i], texts[i]]) == str(list(one)) and len(texts[i]) == [3, 0, 7][i]
    assert ocr.batch([]) == ([], [])


def test_poses_of_what_is_detected() -> None:
    pipeline = Pipeline(described([of('detector', 'img', 'dets'), ATTACH, of('pose_detector', 'people*', 'poses*')],
                                  ['img'], ['dets', 'poses']))
    dets, poses = pipeline(IMAGE)
    boxes, labels, masks = Detector(str(MODELS['detector']), 'cpu')(IMAGE)
    expected = PoseDetector(str(MODELS['pose_detector']), 'cpu')(IMAGE, boxes[:, :4])
    assert [det['label_id'] for det in dets] == labels.tolist()
    for det, mask in zip(dets, masks, strict=True):
        assert det['mask'].dtype == np.uint8
        np.testing.assert_array_equal(det['mask'], mask)
    for pose, points in zip(poses, expected, strict=True):
        np.testing.assert_array_equal(pose['points'], points[:, :2])
        np.testing.assert_array_equal(pose['scores'], points[:, 2])


@pytest.mark.parametrize('task', MODELS)
@pytest.mark.parametrize('form', ['path', 'text', 'model', 'config', 'json'])
def test_every_task_gives_its_fields(task: str, form: str) -> None:
    config = described([of(task, 'img', 'out')], ['img'], ['out'])
    source = dict(path=MODELS[task], text=str(MODELS[task]), model=Model(str(MODELS[task])), config=config,
                  json=json.dumps(config))[form]
    pipeline = Pipeline(source, Context(Device('cpu'), num_threads=1))
    image = dict(ori_img=IMAGE, bbox=[0, 0, 63, 47]) if task == 'pose_detector' else IMAGE
    (found, ) = pipeline(image)
    results = found if isinstance(found, list) else [found]
    fields = dict(classifier=['label_id', 'score'], detector=['bbox', 'label_id', 'mask', 'score'],
                  pose_detector=['points', 'scores'], restorer=['image'],
                  rotated_detector=['label_id', 'rbbox', 'score'],
                  segmentor=['classes', 'height', 'mask', 'score', 'width'], text_detector=['bbox', 'score'],
                  text_recognizer=['scores', 'text'])[task]
    assert results and all(sorted(result) == fields for result in results)
    if task == 'classifier':
        expected = Classifier(str(MODELS[task]), 'cpu')(IMAGE)
        assert [(one['label_id'], one['score']) for one in results] == expected
    if task == 'segmentor':
        expected = Segmentor(str(MODELS[task]), 'cpu')(IMAGE)
        np.testing.assert_array_equal(results[0]['score' if results[0]['mask'] is None else 'mask'], expected)
    if task == 'rotated_detector':
        expected = RotatedDetector(str(MODELS[task]), 'cpu')(IMAGE)[0]
        np.testing.assert_array_equal([one['rbbox'] for one in results], expected[:, :5])


def read_given() -> Pipeline:
    """Reads quads that the caller gives, a list of them per image."""
    warp = dict(WARP, input=['img+', 'quads*'])
    return Pipeline(described([warp, of('text_recognizer', 'patches*', 'texts*')], ['img', 'quads'], ['texts']))


def test_quads_of_the_caller_in_every_form() -> None:
    image = page(0, 3)
    boxes = TextDetector(str(MODELS['text_detector']), 'cpu')(image)
    expected = [text for text, _ in TextRecognizer(str(MODELS['text_recognizer']), 'cpu')(image, boxes)]
    pipeline = read_given()
    assert 'quads: list of list of TextDetection' in repr(pipeline)
    records = [dict(bbox=row[:8], score=row[8]) for row in boxes]
    backwards = np.asfortranarray(boxes)
    backwards.setflags(write=False)
    for quads in (boxes, boxes[:, :8], boxes.astype(np.float64), boxes.tolist(), list(boxes), tuple(records), records,
                  backwards, np.repeat(boxes, 2, 0)[::2]):
        (texts, ) = pipeline(image, quads)
        assert [text['text'] for text in texts] == expected
    for whole in (np.int32, np.int64):
        (texts, ) = pipeline(image, np.rint(boxes[:, :8]).astype(whole))
        assert len(texts) == len(expected)
    assert pipeline(image, [])[0] == pipeline(image, np.zeros((0, 9)))[0] == []
    (texts, ) = pipeline.batch([image, image], [boxes[:1], boxes])
    assert [[text['text'] for text in some] for some in texts] == [expected[:1], expected]
    # What one pipeline answers is what another one takes.
    (dets, ) = Pipeline(MODELS['text_detector'])(image)
    assert [text['text'] for text in pipeline(image, dets)[0]] == expected


def test_boxes_and_objects_of_the_caller() -> None:
    crop = dict(type='Task', module='CropBox', input=['img+', 'boxes*'], output='patches*')
    pipeline = Pipeline(described([crop, of('classifier', 'patches*', 'classes*')], ['img', 'boxes'], ['classes']))
    boxes, labels, masks = Detector(str(MODELS['detector']), 'cpu')(IMAGE)
    expected = [[one['score'] for one in Pipeline(MODELS['classifier'])(
        IMAGE[int(top):int(np.ceil(bottom)), int(left):int(np.ceil(right))])[0]]
        for left, top, right, bottom, _ in boxes]
    objects = [dict(label_id=int(label), score=float(box[4]), bbox=box[:4], mask=mask if mask.size else None)
               for box, label, mask in zip(boxes, labels, masks, strict=True)]
    for given in (boxes, boxes[:, :4], objects, Pipeline(MODELS['detector'])(IMAGE)[0]):
        (found, ) = pipeline(IMAGE, given)
        assert [[one['score'] for one in classes] for classes in found] == expected


def test_branches_and_numbers() -> None:
    body = dict(type='Inference', params=dict(model=str(MODELS['classifier'])))
    cond = dict(type='Cond', input=['flag', 'img'], output='classes', body=body)
    pipeline = Pipeline(described([cond], ['flag', 'img'], ['classes']))
    assert pipeline(False, IMAGE) == (None, ) and pipeline(0, IMAGE) == (None, )
    assert pipeline(True, IMAGE) == pipeline(np.int64(1), IMAGE) == Pipeline(MODELS['classifier'])(IMAGE)
    assert [one is None for one in pipeline.batch([1, 0, True], [IMAGE] * 3)[0]] == [False, True, False]


def test_results_of_all_images_in_one_list() -> None:
    flat = Pipeline(described([of('text_detector', 'img', 'dets'), dict(WARP, output='patches'),
                               of('text_recognizer', 'patches', 'texts')], ['img'], ['texts']))
    images = [page(0, 3), page(1, 2)]
    assert len(flat(images[0])[0]) == 3 and len(flat.batch(images)[0]) == 5


def test_images_and_tensors_are_arrays() -> None:
    crop = dict(type='Task', module='CropBox', input=['img', 'box'], output='patch')
    (patch, ) = Pipeline(dict(crop))(IMAGE, [3, 4, 20, 10])
    np.testing.assert_array_equal(patch, IMAGE[4:10, 3:20])
    (patch, ) = Pipeline(dict(crop))(IMAGE[..., :1], (3, 4, 20, 10.))
    np.testing.assert_array_equal(patch, IMAGE[4:10, 3:20, :1])
    patch[:] = 0  # it is the caller's
    attach = dict(type='Task', module='AttachBox', input=['img', 'box'], output='person')
    with pytest.raises(RuntimeError, match='the value holds a Sample, which has no parts'):
        Pipeline(attach)(IMAGE, [3, 4, 20, 10])


def test_images_are_checked_as_everywhere(ocr: Pipeline) -> None:
    image = page(0, 3)
    expected = str(ocr(image))
    frozen = image.copy()
    frozen.setflags(write=False)
    for same in (image.astype(np.float32), frozen, np.asfortranarray(image), np.flip(image[:, ::-1], 1),
                 Image.fromarray(image)):
        assert str(ocr(same)) == expected
    for wrong, message in ((image + 0.5, 'whole numbers from 0 to 255'),
                           (np.full_like(image, np.nan, np.float32), 'nan'),
                           (np.dstack([image, image]), '1 or 3 channels'), (image.astype(complex), 'complex'),
                           (image[None], 'shape')):
        with pytest.raises(RuntimeError, match=rf"input 'img'\[0\]: .*{message}"):
            ocr(wrong)


@pytest.mark.parametrize('inputs, error, message', [
    ((), TypeError, r'0 inputs are given, Pipeline\(img: .* takes 2'),
    ((IMAGE, ), TypeError, '1 inputs are given'),
    ((IMAGE, 'text'), TypeError, r"input 'quads'\[0\] is str, expected an image, a box"),
    ((IMAGE, 0.5), TypeError, r"input 'quads'\[0\] is float"),
    ((IMAGE, [[1, 2, 3]]), ValueError, r"input 'quads'\[0\]\[0\] has 3 numbers, expected a box"),
    ((IMAGE, [[np.nan] * 8]), ValueError, r"input 'quads'\[0\]\[0\] holds nan"),
    ((IMAGE, np.full((1, 9), np.inf)), ValueError, r"input 'quads'\[0\]\[0\] holds inf"),
    ((IMAGE, np.array([['a'] * 8])), TypeError, r"input 'quads'\[0\]\[0\] is an array of <U1"),
    ((IMAGE, np.zeros((5, 5), np.uint8)), RuntimeError, r"input 'quads'\[0\]: .* expected, got shape \(5, 5\)"),
    ((IMAGE, np.zeros((5, 9), bool)), RuntimeError, r"input 'quads'\[0\]: .* expected, got shape \(5, 9\)"),
    ((IMAGE, np.zeros((5, 8), np.int16)), TypeError, r"input 'quads'\[0\] is an array of int16 of shape \(5, 8\)"),
    ((IMAGE, np.zeros(8, np.uint8)), TypeError, r"input 'quads'\[0\] is an array of uint8 of shape \(8,\), expect"),
    ((IMAGE, [dict(ori_img=IMAGE, bbox=[0, 0, 1e30, 1e30])]), RuntimeError, 'json:/1/0/0/bbox: .*between -1e9 and'),
    ((IMAGE, [dict(bbox=[0] * 8)]), RuntimeError, 'code: 1: json:/1/0/0: an object with bbox, expected `image`'),
    ((IMAGE, [dict(bbox=[0] * 4, score=1)]), RuntimeError, 'expected 8 numbers, found 4'),
    ((IMAGE, [dict(ori_img=IMAGE, size=3)]), ValueError, r"\['size'\]: an image has 'ori_img', and 'bbox' or not"),
    ((IMAGE, [dict(ori_img=IMAGE, bbox=[5, 0, 2, 2])]), RuntimeError, 'left <= right'),
    ((IMAGE, [IMAGE]), RuntimeError, "input 1 is Image, expected TextDetection or Null"),
    ((IMAGE, IMAGE), RuntimeError, "input 'quads' of the pipeline is a list of 1 Image, expected list of list of"),
    ((IMAGE, [[[0] * 8]]), RuntimeError, 'expected TextDetection or Null'),
    (([IMAGE], [[0] * 8]), RuntimeError, 'expected Image or Sample'),
])
def test_mistakes(inputs: tuple, error: type, message: str) -> None:
    pipeline = read_given()
    with pytest.raises(error, match=message):
        pipeline(*inputs)
    assert pipeline(IMAGE, []) == ([], )


def test_a_list_that_holds_itself() -> None:
    endless: list = []
    endless.append(endless)
    pipeline = read_given()
    with pytest.raises(ValueError, match='lists in lists, deeper than 16'):
        pipeline(IMAGE, endless)
    array = np.empty((), object)
    array[()] = array
    with pytest.raises(TypeError, match=r"input 'quads'\[0\] is ndarray, expected an image"):
        pipeline(IMAGE, array)


@pytest.mark.parametrize('value', [object(), b'ab', {'a': 1}, 1j, Decimal('0.5'), np.datetime64('2020-01-01'), True,
                                   np.bool_(True), {1, 2}], ids=lambda value: type(value).__name__)
def test_what_is_no_field_of_a_result(value: object) -> None:
    """NumPy makes an array of anything, which holds what it was made of."""
    pipeline = read_given()
    place = r"input 'quads'\[0\]\[0\]\['score'\] is "
    with pytest.raises(TypeError, match=f'{place}{type(value).__name__}, expected a number, a text or an array'):
        pipeline(IMAGE, [dict(bbox=[0, 0, 20, 0, 20, 10, 0, 10], score=value)])


def test_numbers_of_numpy_are_numbers() -> None:
    pipeline = read_given()
    quad = [0, 0, 20, 0, 20, 10, 0, 10]
    expected = pipeline(IMAGE, [quad])[0][0]['text']
    for one in (np.float32(1), np.longdouble(1), np.int8(1), np.array(1.0)):
        assert pipeline(IMAGE, [dict(bbox=quad, score=one)])[0][0]['text'] == expected
    with pytest.raises(ValueError, match='half of a surrogate pair'):
        pipeline(IMAGE, [{'bbox': quad, '\ud800': 1}])
    with pytest.raises(ValueError, match='half of a surrogate pair'):
        pipeline(IMAGE, [dict(bbox=quad, score='\ud800')])


def test_lists_of_a_batch_have_one_length() -> None:
    with pytest.raises(RuntimeError, match='code: 1: .*a list of 2 Image, expected a list of 1'):
        read_given().batch([IMAGE, IMAGE], [[]])
    with pytest.raises(TypeError):
        read_given().batch(3, 4)


@pytest.mark.parametrize('source, message', [
    ('no/such/model', 'no/such/model'),
    ('{"pipeline": ', 'not valid JSON at line 1, column 14'),
    ({}, 'pipeline'),
    (dict(type='Task', module='CropBx', input=['a', 'b'], output='c'), "did you mean 'CropBox'"),
    (described([inference('nowhere', 'a', 'b')], ['a'], ['b']), "'nowhere' is neither a named model"),
])
def test_mistakes_of_loading(source: object, message: str) -> None:
    with pytest.raises(RuntimeError, match=f'failed to create pipeline: .*{message}'):
        Pipeline(source, 'cpu')
    with pytest.raises(RuntimeError, match="failed to create pipeline: .*'npu'"):
        Pipeline(MODELS['classifier'], 'npu')


def test_settings_of_a_context() -> None:
    """Named models, schedulers and threads reach the nodes."""
    context = Context(Device('cpu'), num_threads=1)
    context.add('reader', Model(str(MODELS['text_recognizer'])))
    context.add('read', Scheduler.thread())
    node = dict(inference('reader', 'img', 'texts'), name='read')
    pipeline = Pipeline(described([node], ['img'], ['texts']), context)
    assert pipeline(IMAGE)[0]['text'] == Pipeline(MODELS['text_recognizer'])(IMAGE)[0]['text']


def test_models_inside_of_a_model(tmp_path: Path) -> None:
    chain = write_chain(tmp_path / 'ocr', {'det': MODELS['text_detector'], 'rec': MODELS['text_recognizer']},
                        [inference('det', 'img', 'dets'), WARP, inference('rec', 'patches*', 'texts*')],
                        ['dets', 'texts'])
    check_ocr(Pipeline(chain), page(0, 3))


def test_threads_share_a_pipeline(ocr: Pipeline) -> None:
    images = [page(seed, seed % 5) for seed in range(12)]
    expected = [str(ocr(image)) for image in images]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda image: str(ocr(image)), images * 3)) == expected * 3


def test_other_threads_run_meanwhile() -> None:
    """A call releases the interpreter's lock."""
    pipeline = Pipeline(MODELS['segmentor'], num_threads=1)
    image = np.zeros((4000, 4000, 3), np.uint8)
    ticks, done = [], []
    thread = Thread(target=lambda: done.append(pipeline.batch([image] * 4)))
    thread.start()
    while thread.is_alive():
        ticks.append(time.perf_counter())
        time.sleep(0.001)
    assert done and len(ticks) > 5


def _in_child(pipeline: Pipeline, queue: multiprocessing.Queue) -> None:
    queue.put(str(pipeline(page(0, 3))))


def test_children_of_a_fork_may_call(ocr: Pipeline) -> None:
    context = multiprocessing.get_context('fork')
    queue = context.Queue()
    child = context.Process(target=_in_child, args=(ocr, queue))
    child.start()
    assert queue.get(timeout=60) == str(ocr(page(0, 3)))
    child.join()
