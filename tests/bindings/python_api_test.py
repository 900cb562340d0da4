"""The forms that users of the Python API write, and its errors."""
import gc
import sys
import threading
import time
from pathlib import Path

import mmdeploy_python
import numpy as np
import pytest
from mmdeploy_python import Classifier, Context, Device, Model

MODEL = str(Path(__file__).resolve().parents[2] / 'mmdeploy/task/classifier/golden/model')


def photo(height: int = 8, width: int = 8, channels: int = 3) -> np.ndarray:
    return (np.arange(height * width * channels) * 5 % 256).astype(np.uint8).reshape(height, width, channels)


@pytest.fixture(scope='module')
def classifier() -> Classifier:
    return Classifier(model_path=MODEL, device_name='cpu', device_id=0)


def test_result_is_a_list_of_tuples(classifier: Classifier) -> None:
    result = classifier(photo())
    assert isinstance(result, list)
    label, score = result[0]
    assert type(label) is int and type(score) is float
    assert classifier.batch([photo(), photo(5, 9)]) == [result, classifier(photo(5, 9))]
    assert classifier.batch([]) == []


def test_positional_arguments_and_the_1x_name(classifier: Classifier) -> None:
    import mmdeploy_runtime
    assert mmdeploy_runtime.Classifier is Classifier
    assert mmdeploy_runtime.Classifier(MODEL, 'cpu', 0)(photo()) == classifier(photo())
    assert mmdeploy_python.__version__ == '0.7.0'


def test_model_and_context(classifier: Classifier, tmp_path: Path) -> None:
    import shutil
    context = Context(Device('cpu'), num_threads=1)
    expected = classifier(photo())
    assert Classifier(Model(MODEL), context)(photo()) == expected
    archive = shutil.make_archive(str(tmp_path / 'model'), 'zip', MODEL)
    assert Classifier(Model(archive), context)(photo()) == expected
    assert Classifier(Model(Path(archive).read_bytes()), context)(photo()) == expected
    assert Classifier(archive, 'cpu')(photo()) == expected


@pytest.mark.parametrize('convert', [
    lambda image: image.astype(np.float64),
    lambda image: image.astype(np.int64),
    lambda image: np.asfortranarray(image),
    lambda image: np.repeat(image, 2, axis=1)[:, ::2],
    lambda image: np.concatenate([image, image], axis=1)[:, :8],
    lambda image: image[::-1][::-1],
    lambda image: image.tolist(),
])
def test_whatever_becomes_a_uint8_array_is_an_image(classifier: Classifier, convert) -> None:
    assert classifier(convert(photo())) == classifier(photo())


@pytest.mark.parametrize('image, found', [
    (photo().astype('f4') / 255, 'float32 with values from 0.0 to 1.0'),
    (photo().astype('f4') + 0.5, 'float32 with values from 0.5 to 255.5'),
    (photo().astype('u2') * 257, 'uint16 with values from 0 to 65535'),
    (photo().astype('i2') - 1, 'int16 with values from -1 to 254'),
    (np.where(photo() == 0, np.nan, 1.), 'float64 with values from nan to nan'),
    (np.full((8, 8, 3), np.inf), 'float64 with values from inf to inf'),
    (np.full((8, 8, 3), 256), 'int64 with values from 256 to 256'),
    (photo().astype('c8'), 'ndarray of element type complex64'),
    (np.full((8, 8, 3), 'a'), 'ndarray of element type <U1'),
    ({'img': photo()}, 'dict'),
])
def test_numbers_that_are_no_bytes_are_refused(classifier: Classifier, image, found: str) -> None:
    """numpy would wrap or cut them: 300 to 44, 0.9 to 0."""
    with pytest.raises(RuntimeError, match=f'continuous uint8 HWC array expected, got {found}'):
        classifier(image)


@pytest.mark.parametrize('dtype', ['?', 'i1', 'i8', 'u4', 'f2', 'f8'])
def test_numbers_that_are_bytes_are_taken(classifier: Classifier, dtype: str) -> None:
    for image in (photo() % 2, photo() % 2 * 127 if dtype != '?' else photo() % 2):
        assert classifier(image.astype(dtype)) == classifier(image)


def test_an_image_that_may_not_be_written_to(classifier: Classifier) -> None:
    image = photo()
    image.setflags(write=False)
    assert classifier(image) == classifier(photo())


def test_gray_images(classifier: Classifier) -> None:
    assert len(classifier(photo(8, 8, 1))) == len(classifier(photo()))


@pytest.mark.parametrize('image, message', [
    (np.zeros((8, 8), np.uint8), r'continuous uint8 HWC array expected, got shape \(8, 8\)'),
    (np.zeros((8, 8, 2), np.uint8), r'images of 1 or 3 channels are supported, got shape \(8, 8, 2\)'),
    (None, 'continuous uint8 HWC array expected, got NoneType'),
    ('photo.jpg', 'continuous uint8 HWC array expected, got str'),
    (np.zeros((0, 8, 3), np.uint8), 'failed to apply classifier, code: 1: image 0: image is empty: height 0, width 8'),
])
def test_what_is_no_image(classifier: Classifier, image, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        classifier(image)


@pytest.mark.parametrize('arguments, message', [
    (('no/such/model', 'cpu', 0), 'failed to create classifier: .*no/such/model'),
    ((MODEL, 'npu', 0), 'failed to create classifier: .*npu'),
    ((MODEL, 'cpu', -1), 'failed to create classifier: .*-1'),
    ((MODEL, 'cpu', 0, -1), 'failed to create classifier: num_threads is -1, allowed: 0'),
])
def test_what_cannot_be_created(arguments: tuple, message: str) -> None:
    with pytest.raises(RuntimeError, match=message):
        Classifier(*arguments)


def test_calls_release_the_gil(classifier: Classifier) -> None:
    """Other threads get the interpreter only when a call gives it up: the switch interval never ends."""
    ticks = 0
    stop = threading.Event()
    started = threading.Event()

    def count() -> None:
        nonlocal ticks
        while not stop.is_set():
            ticks += 1
            started.set()
            time.sleep(0.0005)

    image = photo(2000, 2000)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    thread = threading.Thread(target=count)
    try:
        thread.start()
        started.wait()
        before = ticks
        classifier.batch([image] * 8)
        during = ticks - before
    finally:
        sys.setswitchinterval(interval)
        stop.set()
        thread.join()
    assert during >= 1


def test_threads_on_one_handle_give_the_same(classifier: Classifier) -> None:
    images = [photo(4 + i, 20 - i) for i in range(8)]
    expected = [classifier(image) for image in images]
    found: list = [None] * 4

    def run(index: int) -> None:
        found[index] = [classifier(image) for _ in range(20) for image in images]

    threads = [threading.Thread(target=run, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(results == expected * 20 for results in found)


def test_asynchronous_calls():
    import asyncio

    from mmdeploy_python import Scheduler
    classifier = Classifier(MODEL, 'cpu')
    images = [np.full((8, 8, 3), level, np.uint8) for level in range(0, 250, 10)]
    expected = [classifier(image) for image in images]

    async def run() -> list:
        pool = Scheduler.thread_pool(3)
        return await asyncio.gather(*[classifier.apply_async(image, pool) for image in images])

    assert asyncio.run(run()) == expected


def test_asynchronous_errors_and_cancelled_calls():
    import asyncio
    classifier = Classifier(MODEL, 'cpu')

    async def run() -> None:
        with pytest.raises(RuntimeError, match='uint8'):
            classifier.apply_async(np.zeros((8, 8), np.uint8))
        with pytest.raises(RuntimeError, match='failed to apply classifier, code: 1: .*image is empty'):
            await classifier.apply_async(np.zeros((0, 8, 3), np.uint8))
        for _ in range(50):
            future = classifier.apply_async(np.zeros((8, 8, 3), np.uint8))
            future.cancel()
        assert len(await classifier.apply_async(np.zeros((8, 8, 3), np.uint8))) == 3

    asyncio.run(run())
    with pytest.raises(RuntimeError, match='no running event loop'):
        classifier.apply_async(np.zeros((8, 8, 3), np.uint8))


def test_low_latency_gives_the_same():
    image = np.full((8, 8, 3), 100, np.uint8)
    context = Context(Device('cpu'), num_threads=2, low_latency=True)
    assert Classifier(Model(MODEL), context)(image) == Classifier(MODEL, 'cpu')(image)


def test_contexts_hold_schedulers_and_models():
    from mmdeploy_python import Scheduler
    context = Context(Device('cpu'))
    context.add('colour', Scheduler.thread_pool(2))
    context.add('other', Model(MODEL))
    image = np.full((8, 8, 3), 100, np.uint8)
    assert Classifier(Model(MODEL), context)(image) == Classifier(MODEL, 'cpu')(image)


def test_asynchronous_calls_in_a_child_made_by_fork():
    import asyncio
    import os
    classifier = Classifier(MODEL, 'cpu')
    image = np.full((8, 8, 3), 100, np.uint8)
    expected = classifier(image)

    async def run() -> list:
        return await asyncio.wait_for(classifier.apply_async(image), 20)

    assert asyncio.run(run()) == expected  # the pool has threads in the parent
    child = os.fork()
    if child == 0:
        os._exit(0 if asyncio.run(run()) == expected else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_a_label_map_outlives_its_task():
    """The array shares memory with the result, and nothing else does."""
    model = str(Path(__file__).resolve().parents[2] / 'mmdeploy/task/segmentor/golden/model')
    image = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)
    task = mmdeploy_python.Segmentor(model, 'cpu')
    first, second = task(image), task(image)
    expected = first.copy()
    second[:] = 7
    del task, second
    gc.collect()
    fresh = mmdeploy_python.Segmentor(model, 'cpu')
    fresh.batch([image] * 3)
    np.testing.assert_array_equal(first, expected)
    np.testing.assert_array_equal(fresh(image), expected)
