"""Detect, cut out, recognise as one model: through the command, the C API and the tasks one by one."""
import ctypes
import json
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmdeploy_python import Detector, TextDetector, TextRecognizer

ROOT = Path(__file__).resolve().parents[2]
COMMAND = ROOT / 'build/bin/mmdeploy'
GOLDEN = {'det': 'text_detector', 'rec': 'text_recognizer'}


def write_chain(folder: Path, models: dict[str, Path], tasks: list[dict], outputs: list[str]) -> Path:
    """Write a model that has no network of its own, but models inside of it."""
    folder.mkdir()
    for name, model in models.items():
        shutil.copytree(model, folder / name)
    (folder / 'deploy.json').write_text(json.dumps(dict(version='0.7.0', task='', models=[], customs=[])))
    (folder / 'pipeline.json').write_text(json.dumps(dict(pipeline=dict(input='img', output=outputs, tasks=tasks))))
    return folder


def inference(model: str, source: str, target: str, **params: object) -> dict:
    return dict(type='Inference', name=model, input=source, output=target, params=dict(model=model, **params))


WARP = dict(type='Task', module='WarpBbox', input=['img+', 'dets*'], output='patches*')


@pytest.fixture(scope='module')
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = {name: ROOT / f'mmdeploy/task/{task}/golden/model' for name, task in GOLDEN.items()}
    tasks = [inference('det', 'img', 'dets'), WARP, inference('rec', 'patches*', 'texts*')]
    return write_chain(tmp_path_factory.mktemp('chain') / 'ocr', models, tasks, ['dets', 'texts'])


def page(seed: int, count: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    image = np.zeros((64, 96, 3), np.uint8)
    for i in range(count):
        x, y = 4 + i % 3 * 30, 4 + i // 3 * 20
        image[y:y + rng.integers(8, 12), x:x + rng.integers(10, 24)] = rng.integers(100, 256, 3)
        image[y + 2, x + 3] = 255
    return image


@pytest.fixture(scope='module')
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp('pages')
    paths = []
    for seed, count in enumerate([3, 0, 7]):
        paths.append(folder / f'{seed}.png')
        cv2.imwrite(str(paths[-1]), page(seed, count))
    return paths


def one_by_one(chain: Path, image: np.ndarray) -> tuple[np.ndarray, list]:
    boxes = TextDetector(str(chain / 'det'), 'cpu')(image)
    return boxes, TextRecognizer(str(chain / 'rec'), 'cpu')(image, boxes)


def test_the_command_finds_and_reads(chain: Path, pages: list[Path], tmp_path: Path) -> None:
    command = [COMMAND, 'infer', chain, *pages, '--json', '--out', tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for path, found in zip(pages, json.loads(done.stdout), strict=True):
        boxes, texts = one_by_one(chain, cv2.imread(str(path)))
        results = found['results']
        assert found['result'] == results['dets']
        assert [text['text'] for text in results['texts']] == [text for text, _ in texts]
        np.testing.assert_allclose([box['bbox'] + [box['score']] for box in results['dets']],
                                   boxes.tolist(), atol=1e-4)
        assert cv2.imread(str(tmp_path / f'{path.stem}_result.png')).shape[1] == 384
    assert len(json.loads(done.stdout)[0]['results']['texts']) == 3
    plain = subprocess.run([COMMAND, 'infer', chain, pages[0]], capture_output=True, text=True)
    boxes, texts = one_by_one(chain, cv2.imread(str(pages[0])))
    lines = plain.stdout.splitlines()[1:]
    assert len(lines) == 3 and all(f"'{text}'" in line and 'bbox' in line
                                   for line, (text, _) in zip(lines, texts, strict=True))


def test_pictures_show_what_is_read(chain: Path, pages: list[Path], tmp_path: Path) -> None:
    """The strip beside a box is wider for a longer text."""
    for model in (chain, chain / 'det'):
        subprocess.run([COMMAND, 'infer', model, pages[0], '--out', tmp_path / model.name], check=True,
                       capture_output=True)
    read, found = (cv2.imread(str(tmp_path / name / '0_result.png')) for name in ('ocr', 'det'))
    assert read.shape == found.shape and (read != found).any()


def draw_noise(folder: Path, *models: Path) -> tuple[Path, list[np.ndarray]]:
    """Return an image of noise [48,64,3], and the picture that the command makes of it by each model."""
    path = folder / 'image.png'
    cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8))
    pictures = []
    for i, model in enumerate(models):
        subprocess.run([COMMAND, 'infer', model, path, '--out', folder / f'{i}_out'], check=True, capture_output=True)
        pictures.append(cv2.imread(str(folder / f'{i}_out' / 'image_result.png')))
    return path, pictures


def test_pictures_show_what_a_later_step_says_of_objects(tmp_path: Path) -> None:
    golden = {'det': 'detector', 'cls': 'classifier'}
    models = {name: ROOT / f'mmdeploy/task/{task}/golden/model' for name, task in golden.items()}
    crop = dict(type='Task', module='CropBox', input=['img+', 'dets*'], output='patches*')
    both = write_chain(tmp_path / 'both', models, [inference('det', 'img', 'dets'), crop,
                                                   inference('cls', 'patches*', 'classes*')], ['dets', 'classes'])
    _, (classified, found) = draw_noise(tmp_path, both, models['det'])
    assert classified.shape == found.shape and (classified != found).any()


def test_unknown_keys_of_models_inside_are_seen(chain: Path, tmp_path: Path) -> None:
    odd = shutil.copytree(chain, tmp_path / 'odd')
    for name in ('pipeline.json', 'deploy.json'):
        config = json.loads((odd / 'rec' / name).read_text())
        (config['models'][0] if name == 'deploy.json' else config['pipeline']['tasks'][1])['colour_of_paper'] = 3
        (odd / 'rec' / name).write_text(json.dumps(config))
    done = subprocess.run([COMMAND, 'inspect', odd, '--json'], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)['unknown_keys'] == ['rec/deploy.json:/models/0/colour_of_paper',
                                                       'rec/pipeline.json:/pipeline/tasks/1/colour_of_paper']
    strict = subprocess.run([COMMAND, 'inspect', odd, '--strict'], capture_output=True, text=True)
    assert strict.returncode == 2 and 'colour_of_paper' in strict.stderr
    assert subprocess.run([COMMAND, 'inspect', chain, '--strict'], capture_output=True).returncode == 0


def test_texts_that_a_picture_cannot_show_stand_beside_it(chain: Path, pages: list[Path], tmp_path: Path) -> None:
    """The font of pictures has ASCII only."""
    umlauts = shutil.copytree(chain, tmp_path / 'umlauts')
    symbols = (umlauts / 'rec/dict_file.txt').read_text().splitlines()
    (umlauts / 'rec/dict_file.txt').write_text(''.join(f'{symbol}ä\n' for symbol in symbols))
    command = [COMMAND, 'infer', umlauts, pages[0], pages[1]]
    done = subprocess.run([*command, '--out', tmp_path / 'out'], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    texts = [text['text'] for text in json.loads(subprocess.run([*command, '--json'], capture_output=True, text=True,
                                                                check=True).stdout)[0]['results']['texts']]
    wanted = list(dict.fromkeys(text for text in texts if text))
    assert wanted and 'ä' in wanted[0]
    legend = (tmp_path / 'out/0_result.txt').read_text().splitlines()
    assert legend == [f'[{i}] {text}' for i, text in enumerate(wanted, 1)]
    assert f'its texts: {tmp_path}/out/0_result.txt' in done.stdout
    # Without texts there is nothing to explain.
    assert sorted(path.name for path in (tmp_path / 'out').iterdir()) == ['0_result.png', '0_result.txt',
                                                                          '1_result.png']


def test_poses_and_boxes_are_drawn_together(tmp_path: Path) -> None:
    golden = {'det': 'detector', 'pose': 'pose_detector'}
    models = {name: ROOT / f'mmdeploy/task/{task}/golden/model' for name, task in golden.items()}
    attach = dict(type='Task', module='AttachBox', input=['img+', 'dets*'], output='people*')
    both = write_chain(tmp_path / 'both', models, [inference('det', 'img', 'dets'), attach,
                                                   inference('pose', 'people*', 'poses*')], ['dets', 'poses'])
    path, pictures = draw_noise(tmp_path, both, models['det'])
    found = json.loads(subprocess.run([COMMAND, 'infer', both, path, '--json'], check=True, capture_output=True,
                                      text=True).stdout)[0]['results']['poses']
    changed = (pictures[0] != pictures[1]).any(2)
    scale = pictures[0].shape[1] // 64
    places = [(round(x * scale), round(y * scale)) for pose in found
              for (x, y), score in zip(pose['points'], pose['scores'], strict=True) if score >= 0.3]
    assert places and all(changed[y, x] for x, y in places if 0 <= x < 64 * scale and 0 <= y < 48 * scale)


class Mat(ctypes.Structure):
    _fields_ = [('data', ctypes.c_void_p), ('height', ctypes.c_int), ('width', ctypes.c_int),
                ('channel', ctypes.c_int), ('format', ctypes.c_int), ('type', ctypes.c_int),
                ('device', ctypes.c_void_p), ('row_stride', ctypes.c_int64)]


class Found(ctypes.Structure):
    _fields_ = [('bbox', ctypes.c_float * 8), ('score', ctypes.c_float)]


class Read(ctypes.Structure):
    _fields_ = [('text', ctypes.c_char_p), ('score', ctypes.POINTER(ctypes.c_float)), ('length', ctypes.c_int)]


def run_pipeline(model_path: Path, images: list[np.ndarray], num_threads: int = 0) -> tuple:
    """Run images through the C API; answer the library, the output, and a function that destroys all handles."""
    library = ctypes.CDLL(str(ROOT / 'build/lib/libmmdeploy.so'))
    library.mmdeploy_last_error.restype = ctypes.c_char_p

    def call(name: str, *arguments: object) -> None:
        assert getattr(library, f'mmdeploy_{name}')(*arguments) == 0, library.mmdeploy_last_error()

    model, context, pipeline, value, output = (ctypes.c_void_p() for _ in range(5))
    call('model_create_by_path', str(model_path).encode(), ctypes.byref(model))
    call('context_create', ctypes.byref(context))
    call('context_set_num_threads', context, num_threads)
    call('pipeline_create_from_model', model, context, ctypes.byref(pipeline))
    mats = (Mat * len(images))(*(Mat(image.ctypes.data, *image.shape, 0, 2) for image in images))
    call('common_create_input', mats, len(images), ctypes.byref(value))
    call('pipeline_apply', pipeline, value, ctypes.byref(output))

    def destroy() -> None:
        for handle, name in ((output, 'value'), (value, 'value'), (pipeline, 'pipeline'), (context, 'context'),
                             (model, 'model')):
            getattr(library, f'mmdeploy_{name}_destroy')(handle)

    return library, output, destroy


def test_c_programs_read_both_outputs(chain: Path, pages: list[Path]) -> None:
    images = [cv2.imread(str(path)) for path in pages]
    library, output, destroy = run_pipeline(chain, images)
    boxes, counts, texts = ctypes.POINTER(Found)(), ctypes.POINTER(ctypes.c_int)(), ctypes.POINTER(Read)()
    assert library.mmdeploy_text_detector_get_result(output, ctypes.byref(boxes), ctypes.byref(counts)) == 0
    assert library.mmdeploy_text_recognizer_get_result(output, ctypes.byref(texts)) == 0
    first = 0
    for i, image in enumerate(images):
        expected = one_by_one(chain, image)[1]
        assert counts[i] == len(expected)
        assert [texts[first + k].text.decode() for k in range(counts[i])] == [text for text, _ in expected]
        first += counts[i]
    assert library.mmdeploy_classifier_get_result(output, ctypes.byref(boxes), ctypes.byref(counts)) == 1
    library.mmdeploy_text_recognizer_release_result(texts, first)
    destroy()


def test_an_output_without_results_is_not_taken_for_another(chain: Path, tmp_path: Path) -> None:
    """On a blank page the list of texts is empty, as one of objects could be."""
    models = {'det': chain / 'det', 'obj': ROOT / 'mmdeploy/task/detector/golden/model'}
    both = write_chain(tmp_path / 'both', models, [inference('det', 'img', 'dets'), inference('obj', 'img', 'objects')],
                       ['dets', 'objects'])
    blank = page(0, 0)
    library, output, destroy = run_pipeline(both, [blank])
    objects, counts = ctypes.c_void_p(), ctypes.POINTER(ctypes.c_int)()
    assert library.mmdeploy_detector_get_result(output, ctypes.byref(objects), ctypes.byref(counts)) == 0
    assert counts[0] == len(Detector(str(models['obj']), 'cpu')(blank)[0]) > 0
    library.mmdeploy_detector_release_result(objects, counts, 1)
    assert library.mmdeploy_text_detector_get_result(output, ctypes.byref(objects), ctypes.byref(counts)) == 0
    assert counts[0] == 0
    assert library.mmdeploy_rotated_detector_get_result(output, ctypes.byref(objects), ctypes.byref(counts)) == 1
    library.mmdeploy_text_detector_release_result(objects, counts, 1)
    destroy()


def test_quads_of_all_pages_in_one_list_have_no_counts(chain: Path, tmp_path: Path) -> None:
    flatten = dict(type='Flatten', input='dets', output=['flat', 'index'])
    flat = write_chain(tmp_path / 'flat', {'det': chain / 'det'}, [inference('det', 'img', 'dets'), flatten], ['flat'])
    for count in (0, 3):
        library, output, destroy = run_pipeline(flat, [page(0, count)])
        found, counts = ctypes.c_void_p(), ctypes.POINTER(ctypes.c_int)()
        assert library.mmdeploy_text_detector_get_result(output, ctypes.byref(found), ctypes.byref(counts)) == 1
        destroy()


def test_texts_of_all_pages_in_one_list(chain: Path, pages: list[Path], tmp_path: Path) -> None:
    """Without '*' on the outputs nobody knows which page a text is of: right of one page, refused as a task."""
    warp = dict(WARP, output='patches')
    flat = write_chain(tmp_path / 'flat', {name: chain / name for name in GOLDEN},
                       [inference('det', 'img', 'dets'), warp, inference('rec', 'patches', 'texts')], ['texts'])
    with pytest.raises(RuntimeError, match="output 'texts' of the pipeline is list of .* of all images together"):
        TextRecognizer(str(flat), 'cpu')
    done = subprocess.run([COMMAND, 'infer', flat, *pages, '--json'], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for path, found in zip(pages, json.loads(done.stdout), strict=True):
        expected = one_by_one(chain, cv2.imread(str(path)))[1]
        assert [text['text'] for text in found['result']] == [text for text, _ in expected]
    images = [page(seed, count) for seed, count in enumerate([3, 0, 0, 0, 2, 1, 0, 0, 5])]
    expected = [text for image in images for text, _ in one_by_one(chain, image)[1]]
    library, output, destroy = run_pipeline(flat, images, num_threads=2)
    texts = ctypes.POINTER(Read)()
    assert library.mmdeploy_text_recognizer_get_result(output, ctypes.byref(texts)) == 0
    assert len(expected) > len(images)
    assert [texts[i].text.decode() for i in range(len(expected))] == expected
    library.mmdeploy_text_recognizer_release_result(texts, len(expected))
    destroy()


@pytest.mark.parametrize('name', ['recog', 'warp', 'images'])
def test_models_inside_have_any_name(chain: Path, tmp_path: Path, name: str) -> None:
    inner = write_chain(tmp_path / 'inner', {name: chain / 'rec'}, [inference(name, 'img', 'texts')], ['texts'])
    image = page(0, 3)
    assert TextRecognizer(str(inner), 'cpu')(image) == TextRecognizer(str(chain / 'rec'), 'cpu')(image)


def test_a_model_that_is_not_there(chain: Path, pages: list[Path], tmp_path: Path) -> None:
    broken = write_chain(tmp_path / 'ocr', {'det': chain / 'det'},
                         [inference('det', 'img', 'dets'), WARP, inference('rec', 'patches*', 'texts*')], ['texts'])
    done = subprocess.run([COMMAND, 'infer', broken, pages[0]], capture_output=True, text=True)
    assert done.returncode != 0 and "'rec' is neither a named model" in done.stderr
    assert f"nor lies inside of the model '{broken}', nor a path as seen from the working folder" in done.stderr
    assert 'put a model that belongs to this one inside of its folder' in done.stderr


def test_a_model_does_not_leave_its_folder(chain: Path, tmp_path: Path) -> None:
    """A model beside the folder is found from the working folder of the program, not from that of the model."""
    shutil.copytree(chain / 'rec', tmp_path / 'models/rec')
    (tmp_path / 'outer').mkdir()
    outer = write_chain(tmp_path / 'outer/text', {'unused': chain / 'rec'},
                        [inference('../../models/rec', 'img', 'texts')], ['texts'])
    done = subprocess.run([COMMAND, 'inspect', outer], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode != 0 and "'../../models/rec' is neither a named model (nothing)" in done.stderr
    (tmp_path / 'a/b').mkdir(parents=True)
    done = subprocess.run([COMMAND, 'inspect', outer], capture_output=True, text=True, cwd=tmp_path / 'a/b')
    assert done.returncode == 0, done.stderr


def test_inspect_shows_the_models_inside(chain: Path) -> None:
    done = subprocess.run([COMMAND, 'inspect', chain], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert "  step pipeline.json:/pipeline/tasks/0 (Inference of 'det' 'det')" in lines
    assert '  step pipeline.json:/pipeline/tasks/1 (WarpBbox)' in lines
    assert any(line.startswith(f'    model {chain / "det"}: format ') for line in lines)
    nets = [line for line in lines if line.startswith('      net ')]
    assert len(nets) == 2 and sum(line.startswith('        input ') for line in lines) == 2
    assert any('(mmocr ' in line and line.startswith('      step det/pipeline.json') for line in lines)
    report = json.loads(subprocess.run([COMMAND, 'inspect', chain, '--json'], capture_output=True, check=True).stdout)
    assert [part['step'] for part in report['inside']] == [report['steps'][0], report['steps'][2]]
    assert all(len(part['nets']) == 1 and part['steps'] for part in report['inside'])
