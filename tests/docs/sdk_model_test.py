"""docs/en/sdk_model.md: its tables are current and whole, its examples load and run; networks are fed as it says."""
import json
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import yaml
from onnx import TensorProto, helper, numpy_helper

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / 'docs/en/sdk_model.md'


def write_net(path: Path, inputs: list, outputs: list, nodes: list, constants: dict) -> None:
    """Write an ONNX model; inputs and outputs are (name, element type, shape)."""
    values = [[helper.make_tensor_value_info(*value) for value in side] for side in (inputs, outputs)]
    weights = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, 'g', *values, weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8), path)


def write_classifier(path: Path) -> None:
    """The mean of each channel as its score: R, G, B."""
    nodes = [helper.make_node('GlobalAveragePool', ['input'], ['mean']),
             helper.make_node('Flatten', ['mean'], ['output'])]
    write_net(path, [('input', TensorProto.FLOAT, ['n', 3, 224, 224])], [('output', TensorProto.FLOAT, ['n', 3])],
              nodes, {})


def write_detector(path: Path, masks: bool) -> None:
    """Finds the left and the right half of a picture that is scaled to 1333 x 666, whatever it shows."""
    results = dict(dets=np.float32([[[0, 0, 666, 666, 0.9], [667, 0, 1333, 666, 0.8]]]), labels=np.int64([[0, 1]]),
                   masks=np.ones((1, 2, 28, 28), np.float32))
    names = ['dets', 'labels'] + ['masks'] * masks
    nodes = [helper.make_node('Constant', [], [name], value=numpy_helper.from_array(results[name])) for name in names]
    kinds = dict(dets=TensorProto.FLOAT, labels=TensorProto.INT64, masks=TensorProto.FLOAT)
    write_net(path, [('input', TensorProto.FLOAT, [1, 3, 'h', 'w'])],
              [(name, kinds[name], list(results[name].shape)) for name in names], nodes, {})


def examples() -> list[tuple[str, str]]:
    """deploy.json and pipeline.json of each example."""
    blocks = re.findall(r'`(deploy|pipeline).json`\n```json\n(.*?)```', PAGE.read_text(), re.S)
    return [(blocks[i][1], blocks[i + 1][1]) for i in range(0, len(blocks), 2)]


def write_model(folder: Path, deploy: str, pipeline: str) -> Path:
    folder.mkdir()
    (folder / 'deploy.json').write_text(deploy)
    (folder / 'pipeline.json').write_text(pipeline)
    return folder


@pytest.fixture(scope='module')
def picture(tmp_path_factory) -> Path:
    """Red on the left, blue on the right."""
    path = tmp_path_factory.mktemp('picture') / 'halves.png'
    image = np.zeros((100, 200, 3), np.uint8)
    image[:, :100, 2] = image[:, 100:, 0] = 255
    cv2.imwrite(str(path), image)
    return path


def infer(command: Path, model: Path, picture: Path) -> list:
    done = subprocess.run([command, 'infer', model, picture, '--json', '--strict'], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)[0]['result']


def test_there_are_three_examples():
    assert len(examples()) == 3


def test_the_classifier_runs(mmdeploy_command, tmp_path, picture):
    model = write_model(tmp_path / 'model', *examples()[0])
    write_classifier(model / 'end2end.onnx')
    assert {label['label_id'] for label in infer(mmdeploy_command, model, picture)} < {0, 1, 2}


def test_the_detector_with_masks_runs(mmdeploy_command, tmp_path, picture):
    model = write_model(tmp_path / 'model', *examples()[1])
    write_detector(model / 'end2end.onnx', masks=True)
    found = infer(mmdeploy_command, model, picture)
    assert [one['label_id'] for one in found] == [0, 1]
    assert found[1]['bbox'] == pytest.approx([100, 0, 199, 99], abs=0.5)
    assert found[0]['mask']


def test_detect_crop_classify_runs(mmdeploy_command, tmp_path, picture):
    model = write_model(tmp_path / 'model', *examples()[2])
    write_detector(model / 'detector.onnx', masks=False)
    write_classifier(model / 'classifier.onnx')
    labels = infer(mmdeploy_command, model, picture)
    assert [[label['label_id'] for label in patch] for patch in labels] == [[0], [2]]


# Feeding: the scores are sums over the picture, so that layout, type and rounding show.
FED = {
    'nchw_float32': (TensorProto.FLOAT, True, True),
    'nhwc_float32': (TensorProto.FLOAT, False, True),
    'nchw_uint8': (TensorProto.UINT8, True, False),
    'nhwc_uint8': (TensorProto.UINT8, False, False),
    'nchw_float16': (TensorProto.FLOAT16, True, True),
    'nhwc_float16': (TensorProto.FLOAT16, False, True),
}


def write_fed(folder: Path, kind: int, planar: bool, normalize: bool, shape: list) -> Path:
    """A classifier whose scores are the means of the channels R, G, B of its input."""
    steps = [dict(type='LoadImageFromFile', channel_order='bgr' if normalize else 'rgb'),
             dict(type='Resize', size=[8, 8], interpolation='nearest')]
    steps += [dict(type='Normalize', mean=[0] * 3, std=[3] * 3)] * normalize
    steps += [dict(type='ImageToTensor')] * planar + [dict(type='Collect', keys=['img'])]
    tasks = [dict(type='Task', module='Transform', input='img', output='x', transforms=steps),
             dict(type='Task', module='Net', name='n', input='x', output='y', input_map=dict(img='input')),
             dict(type='Task', module='mmcls', component='LinearClsHead', params=dict(topk=3), input='y', output='z')]
    net = dict(name='n', net='n.onnx', backend='onnxruntime')
    model = write_model(folder, json.dumps(dict(version='0.7.0', models=[net])),
                        json.dumps(dict(pipeline=dict(input='img', output='z', tasks=tasks))))
    inner = TensorProto.FLOAT if kind == TensorProto.UINT8 else kind
    nodes = [helper.make_node('Cast', ['input'], ['x'], to=inner),
             helper.make_node('ReduceMean', ['x'], ['output'], axes=[2, 3] if planar else [1, 2], keepdims=0)]
    write_net(model / 'n.onnx', [('input', kind, shape)], [('output', inner, [1, 3])], nodes, {})
    return model


@pytest.mark.parametrize('name', FED)
def test_a_network_of_each_kind_is_fed(mmdeploy_command, tmp_path, picture, name):
    kind, planar, normalize = FED[name]
    model = write_fed(tmp_path / 'model', kind, planar, normalize, [1, 3, 8, 8] if planar else [1, 8, 8, 3])
    scores = {one['label_id']: one['score'] for one in infer(mmdeploy_command, model, picture)}
    half = 255 / 2 / (3 if normalize else 1)
    # The two halves of the picture: half of the pixels are red, half are blue; 85 is exact in float16.
    assert [scores[i] for i in range(3)] == [half, 0, half]


@pytest.mark.parametrize('shape,planar,advice', [
    (['n', 3, 'h', 'w'], False, 'put ImageToTensor before Collect'),
    ([1, 3, 8, 8], False, 'put ImageToTensor before Collect'),
    (['n', 'h', 'w', 3], True, 'leave out ImageToTensor'),
])
def test_the_wrong_layout_is_refused_with_advice(mmdeploy_command, tmp_path, shape, planar, advice):
    model = write_fed(tmp_path / 'model', TensorProto.FLOAT, planar, True, shape)
    done = subprocess.run([mmdeploy_command, 'inspect', model], capture_output=True, text=True)
    assert done.returncode == 2 and advice in done.stderr, done.stdout + done.stderr


@pytest.fixture(scope='module')
def docs():
    sys.path.insert(0, str(ROOT / 'scripts'))
    import sdk_model_docs
    yield sdk_model_docs
    sys.path.remove(str(ROOT / 'scripts'))


@pytest.fixture(scope='module')
def schema(mmdeploy_command, docs):
    return docs.read_schema()


@pytest.fixture
def meanings(docs):
    return yaml.safe_load(docs.MEANINGS.read_text())


def test_the_page_is_current(schema, docs, meanings):
    assert docs.problems(schema, meanings) == []
    text = PAGE.read_text()
    assert docs.fill(text, docs.tables(schema, docs.Meanings(meanings))) == text, 'run scripts/sdk_model_docs.py'


def test_a_key_without_a_meaning_and_a_meaning_without_a_key_are_found(schema, docs, meanings):
    del meanings['transforms']['Resize']['keep_ratio']
    meanings['heads']['mmcls.LinearClsHead']['temperature'] = 'divides the scores'
    assert docs.problems(schema, meanings) == [
        'transforms.Resize.keep_ratio has no meaning in sdk_model_keys.yaml',
        'heads.mmcls.LinearClsHead.temperature of sdk_model_keys.yaml is read by nobody']


def test_every_key_has_a_type_and_every_step_is_there(schema):
    for section in ('nodes', 'modules', 'transforms', 'heads'):
        for name, keys in schema[section].items():
            untyped = [key['key'] for key in keys if not key['type'] and not key['ignored']]
            assert not untyped, f'{section} {name}: {untyped}'
    known = json.loads(subprocess.run([ROOT / 'build/bin/mmdeploy', 'doctor', '--json'], capture_output=True,
                                      text=True).stdout)
    assert set(schema['transforms']) == set(known['transforms'])
