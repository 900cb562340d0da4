"""docs/en/ocr.md: a model written by hand around ONNX files that others have trained; here made-up ones."""
import json
import re
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from mmdeploy_python import TextRecognizer
from onnx import TensorProto, helper, numpy_helper

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / 'build/bin/mmdeploy'
SYMBOLS = ['日', '本', '-']  # blue, green, red


def save(path: Path, nodes: list, constants: dict, result: tuple[str, list], batch: object = 1) -> None:
    image = helper.make_tensor_value_info('x', TensorProto.FLOAT, [batch, 3, 'h', 'w'])
    output = helper.make_tensor_value_info(result[0], TensorProto.FLOAT, result[1])
    weights = [numpy_helper.from_array(np.asarray(value, np.float32 if name[0] != '_' else np.int64), name)
               for name, value in constants.items()]
    graph = helper.make_graph(nodes, 'g', [image], [output], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8), path)


def write_networks(folder: Path) -> None:
    """Bright is text; text whose left end is dark stands on its head; colours are symbols, 8 columns each."""
    node = helper.make_node
    save(folder / 'det.onnx', [node('Conv', ['x', 'w', 'b'], ['y']), node('Sigmoid', ['y'], ['sigmoid_0.tmp_0'])],
         dict(w=np.full((1, 3, 1, 1), 4), b=[0]), ('sigmoid_0.tmp_0', [1, 1, 'h', 'w']))
    halves = np.zeros((1, 192))
    halves[0, :64], halves[0, -64:] = 1 / 64, -1 / 64
    save(folder / 'cls.onnx', [
        node('ReduceMean', ['x'], ['rows'], axes=[1, 2], keepdims=0), node('Mul', ['rows', 'halves'], ['ends']),
        node('ReduceSum', ['ends', '_axis'], ['left']), node('MatMul', ['left', 'sides'], ['scores']),
        node('Softmax', ['scores'], ['softmax_0.tmp_0'], axis=1)],
        dict(halves=halves, _axis=[1], sides=[[20, -20]]), ('softmax_0.tmp_0', [1, 2]))
    colours = np.zeros((3, 4))
    colours[:, 1:] = np.eye(3) * 16 - 4
    save(folder / 'rec.onnx', [
        node('AveragePool', ['x'], ['steps'], kernel_shape=[48, 8], strides=[48, 8]),
        node('Squeeze', ['steps', '_axis'], ['flat']), node('Transpose', ['flat'], ['rows'], perm=[0, 2, 1]),
        node('MatMul', ['rows', 'colours'], ['scores']), node('Add', ['scores', 'blank'], ['logits']),
        node('Softmax', ['logits'], ['softmax_11.tmp_0'], axis=2)],
        dict(_axis=[2], colours=colours, blank=[1, 0, 0, 0]), ('softmax_11.tmp_0', ['n', 't', 4]), 'n')
    (folder / 'keys.txt').write_text('\n'.join(SYMBOLS) + '\n', encoding='utf-8')


@pytest.fixture(scope='module')
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('own') / 'ocr'
    folder.mkdir()
    text = (ROOT / 'docs/en/ocr.md').read_text(encoding='utf-8')
    for name, content in re.findall(r'`(\w+\.json)`\n```json\n(.*?)```', text, re.S):
        (folder / name).write_text(content)
    assert {path.name for path in folder.iterdir()} == {'deploy.json', 'pipeline.json'}
    write_networks(folder)
    return folder


def draw(page: np.ndarray, text: str, left: int, top: int, down: bool = False) -> None:
    """Write symbols as bars of colour, behind a white one."""
    word = np.full((24, 24 * (len(text) + 1), 3), 255, np.uint8)
    for i, symbol in enumerate(text):
        colour = [20, 20, 20]
        colour[SYMBOLS.index(symbol)] = 255
        word[:, 24 * (i + 1):24 * (i + 2)] = colour
    # A gray frame, so that all of it is text, that the ends differ and that bars are apart.
    word[:3] = word[-3:] = 200
    word[:, ::24] = word[:, 1::24] = 200
    page[top:top + 24, left:left + word.shape[1]] = word[::-1, ::-1] if down else word


def infer(model: Path, page: np.ndarray, folder: Path) -> dict:
    cv2.imwrite(str(folder / 'page.png'), page)
    done = subprocess.run([COMMAND, 'infer', model, folder / 'page.png', '--json'], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)[0]['results']


@pytest.mark.parametrize('down', [False, True])
def test_made_up_networks_read(model: Path, tmp_path: Path, down: bool) -> None:
    page = np.zeros((240, 320, 3), np.uint8)
    draw(page, '日本', 20, 20, down)
    draw(page, '本-日', 60, 100)
    results = infer(model, page, tmp_path)
    by_top = sorted(zip(results['dets'], results['texts'], strict=True), key=lambda pair: min(pair[0]['bbox'][1::2]))
    texts = [re.sub(r'(.)\1+', r'\1', text['text']) for _, text in by_top]
    assert texts == ['日本', '本-日'], results
    assert all(score > 0.5 for _, text in by_top for score in text['scores'])


def test_no_text(model: Path, tmp_path: Path) -> None:
    assert infer(model, np.zeros((64, 64, 3), np.uint8), tmp_path) == dict(dets=[], texts=[])


def test_a_dictionary_that_does_not_fit(model: Path, tmp_path: Path) -> None:
    keys = model / 'keys.txt'
    before = keys.read_text(encoding='utf-8')
    keys.write_text(before + ' \n', encoding='utf-8')
    done = subprocess.run([COMMAND, 'inspect', model], capture_output=True, text=True)
    keys.write_text(before, encoding='utf-8')
    assert done.returncode != 0
    assert 'the network tells 4 classes apart, the dictionary has 5 symbols' in done.stderr


@pytest.fixture(scope='module')
def words() -> list[np.ndarray]:
    """Words of many lengths, some of them equal."""
    rng = np.random.default_rng(5)
    images = []
    for length in rng.integers(1, 9, 40):
        image = np.zeros((24, 24 * (length + 1), 3), np.uint8)
        draw(image, ''.join(rng.choice(SYMBOLS, length)), 0, 0)
        images.append(image)
    return images


def recognizer(model: Path, folder: Path, batch_size: int) -> TextRecognizer:
    """The last nodes of the example, as a model of their own."""
    folder.mkdir()
    for name in ('rec.onnx', 'keys.txt'):
        shutil.copy(model / name, folder / name)
    deploy = json.loads((model / 'deploy.json').read_text())
    deploy['models'] = [dict(deploy['models'][2], batch_size=batch_size)]
    tasks = json.loads((model / 'pipeline.json').read_text())['pipeline']['tasks'][-3:]
    tasks[0]['input'] = 'img'
    (folder / 'deploy.json').write_text(json.dumps(deploy))
    (folder / 'pipeline.json').write_text(json.dumps(dict(pipeline=dict(input='img', output='texts', tasks=tasks))))
    return TextRecognizer(str(folder), 'cpu')


def test_batches_do_not_change_results(model: Path, words: list[np.ndarray], tmp_path: Path) -> None:
    """Words run in the order of their shapes; what comes back stands in the order in which they were given."""
    expected = recognizer(model, tmp_path / 'single', 1).batch(words)
    assert len({text for text, _ in expected}) > 15
    for batch_size in (2, 6, 64):
        found = recognizer(model, tmp_path / str(batch_size), batch_size).batch(words)
        assert [text for text, _ in found] == [text for text, _ in expected]
        for (_, a), (_, b) in zip(found, expected, strict=True):
            assert a == pytest.approx(b, abs=1e-6)


def test_the_first_word_that_fails_is_named(model: Path, words: list[np.ndarray], tmp_path: Path) -> None:
    """Also where another one fails before it in the order of shapes."""
    broken = [*words]
    broken[29] = np.zeros((1, 60000, 3), np.uint8)  # too wide at a height of 48
    broken[37] = np.zeros((1, 50000, 3), np.uint8)
    with pytest.raises(RuntimeError, match='item 30 of 40'):
        recognizer(model, tmp_path / 'broken', 6).batch(broken)
