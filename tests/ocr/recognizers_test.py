"""Heads of text recognizers give what mmocr's convertors give, with dictionaries of every kind."""
import json
import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from mmdeploy_python import TextRecognizer
from mmocr.models.textrecog.convertors import AttnConvertor, CTCConvertor
from onnx import TensorProto, helper, numpy_helper

from tests.ocr.models import read, write_model

ROOT = Path(__file__).resolve().parents[2]
CHINESE = [chr(0x4e00 + i) for i in range(6000)]
MIXED = ['a', ' ', 'é', '字', '\U0001f600', 'ا', '"', '\\', '<']


def scores_of(indexes: list[int], classes: int, seed: int = 0) -> np.ndarray:
    """Return logits [1,T,C] in which these classes are the best."""
    scores = np.random.default_rng(seed).normal(0, 1, (1, len(indexes), classes)).astype(np.float32)
    scores[0, np.arange(len(indexes)), indexes] = 6 + np.arange(len(indexes)) % 3
    return scores


def softmax(scores: np.ndarray) -> np.ndarray:
    return torch.softmax(torch.from_numpy(scores), -1).numpy()


def check(found: tuple[str, list[float]], text: str, scores: list[float]) -> None:
    assert found[0] == text
    assert found[1] == pytest.approx(scores, abs=1e-6)


@pytest.mark.parametrize('params', [
    dict(dict_type='DICT36', with_unknown=False),
    dict(dict_type='DICT37', with_unknown=True),
    dict(dict_type='DICT90', with_unknown=True, lower=True),
    dict(dict_type='DICT91', with_unknown=False),
    dict(dict_list=MIXED, with_unknown=True),
    dict(dict_list=CHINESE, with_unknown=False),
    dict(dict_list=CHINESE),  # mmocr's default has the unknown symbol
], ids=str)
def test_ctc(params: dict, tmp_path: Path) -> None:
    convertor = CTCConvertor(**params)
    classes = convertor.num_classes()
    last = classes - 1
    indexes = [0, 1, 1, 0, 1, 2, 2, 2, 3, 0, 0, last, last, 0, last, 5, 6, 0, 0, 7, 4, 0]
    scores = scores_of(indexes, classes)
    # 84 of 100 columns are text, so that the steps at the end do not count.
    ratio = 84 / 100
    expected, probabilities = convertor.tensor2idx(torch.from_numpy(scores), [dict(valid_ratio=ratio)])
    found = read(tmp_path, 'CTCConvertor', params, scores, image_size=(32, 84),
                 resize=dict(type='ResizeOCR', height=32, min_width=4, max_width=100, width_downsample_ratio=0.25))
    check(found, convertor.idx2str(expected)[0], probabilities[0])
    assert found[0]


@pytest.mark.parametrize('params', [
    dict(dict_type='DICT36', with_unknown=False),
    dict(dict_type='DICT90', with_unknown=True),
    dict(dict_list=MIXED, with_unknown=True, start_end_same=False),
    dict(dict_list=CHINESE, max_seq_len=30),
], ids=str)
def test_attention(params: dict, tmp_path: Path) -> None:
    convertor = AttnConvertor(**params)
    for lacks in (0, 1):  # decoders need no class for the padding
        classes = convertor.num_classes() - lacks
        indexes = [1, 1, 2, convertor.start_idx if convertor.start_idx != convertor.end_idx else 3, 4, 5,
                   convertor.end_idx, 6, 7]
        if not lacks:
            indexes.insert(2, convertor.padding_idx)
        scores = softmax(scores_of(indexes, classes))
        expected, values = convertor.tensor2idx(torch.from_numpy(scores))
        check(read(tmp_path, 'AttnConvertor', params, scores), convertor.idx2str(expected)[0], values[0])


def test_rules_of_1x(tmp_path: Path) -> None:
    """From 1.0.0 on tokens stand behind the dictionary, and networks give probabilities."""
    ctc = dict(dict_list=['a', 'b'], with_padding=True, with_unknown=True)  # a, b, <PAD>, <UKN>
    scores = softmax(scores_of([2, 0, 0, 2, 0, 1, 3, 2], 4))
    for version in ('1.0.0rc2', '1.1.0', '1.3.1'):
        found = read(tmp_path, 'CTCConvertor', ctc, scores, version=version)
        check(found, 'aab<UKN>', [scores[0, t].max() for t in (1, 4, 5, 6)])
    # 0.x has the blank first: <BLK>, a, b, <UKN>
    assert read(tmp_path, 'CTCConvertor', dict(dict_list=['a', 'b'], with_unknown=True), scores)[0] == 'bba<UKN>b'
    attention = dict(dict_list=['a', 'b'], with_start=True, with_end=True, same_start_end=False, with_padding=True,
                     with_unknown=True)  # a, b, <BOS>, <EOS>, <PAD>, <UKN>
    scores = softmax(scores_of([0, 4, 5, 1, 3, 0], 6))
    assert read(tmp_path, 'AttnConvertor', attention, scores, version='1.1.0')[0] == 'a<UKN>b'
    ignoring = dict(attention, ignore_chars=['padding', 'unknown', 'b'])
    assert read(tmp_path, 'AttnConvertor', ignoring, scores, version='1.1.0')[0] == 'a'
    nothing = dict(attention, unknown_token=None)
    with pytest.raises(RuntimeError, match='tells 6 classes apart, the dictionary has 5 symbols'):
        read(tmp_path, 'AttnConvertor', nothing, scores, version='1.1.0')


@pytest.mark.parametrize('text', ['a\nb\n', 'a\r\nb\r\n', '\ufeffa\nb', '<BLK>\na\nb\n<UKN>\n', 'a\n\nb\n'])
def test_dictionary_files(text: str, tmp_path: Path) -> None:
    scores = scores_of([1, 0, 2, 3], 4)
    params = dict(dict_type='DICT36', dict_file='my dict.txt', with_unknown=True)
    assert read(tmp_path, 'CTCConvertor', params, scores, files={'my dict.txt': text})[0] == 'ab<UKN>'
    assert read(tmp_path, 'CTCConvertor', {}, scores, files={'dict_file.txt': text})[0] == 'ab<UKN>'


def test_symbols_with_the_names_of_tokens(tmp_path: Path) -> None:
    """mmocr adds its tokens to any dictionary; with `with_padding`, as models of ours have it, so does the head."""
    for name in ('<BLK>', '<UKN>', '<BOS/EOS>', '<PAD>'):
        params = dict(dict_list=[name, 'a', 'b', 'c'], with_unknown=True)
        ctc = CTCConvertor(**params)
        scores = scores_of([2, 0, 1, 4, 5, 3], ctc.num_classes())
        expected = ctc.idx2str(ctc.tensor2idx(torch.from_numpy(scores), [{}])[0])[0]
        assert read(tmp_path, 'CTCConvertor', dict(params, with_padding=True), scores)[0] == expected
        for same in (True, False):
            attention = AttnConvertor(start_end_same=same, **params)
            for lacks in (0, 1):
                scores = softmax(scores_of([1, 4, 0, 3, 2, attention.end_idx, 1], attention.num_classes() - lacks))
                expected = attention.idx2str(attention.tensor2idx(torch.from_numpy(scores))[0])[0]
                own = dict(params, start_end_same=same, with_padding=not lacks)
                assert read(tmp_path, 'AttnConvertor', own, scores)[0] == expected


def test_a_dictionary_file_must_be_utf8(tmp_path: Path) -> None:
    resize = dict(type='ResizeOCR', height=32, max_width=100)
    model = write_model(tmp_path, 'CTCConvertor', dict(dict_file='d.txt'), scores_of([1], 3), [resize],
                        files={'d.txt': ''})
    (model / 'd.txt').write_bytes('a\nü\n'.encode('latin-1'))
    with pytest.raises(RuntimeError, match=r"params/dict_file: line 2 of 'd\.txt' is no UTF-8; convert the file"):
        TextRecognizer(str(model), 'cpu')


def test_one_input_has_nothing_to_coalesce(tmp_path: Path) -> None:
    resize = dict(type='ResizeOCR', height=32, max_width=100)
    model = write_model(tmp_path, 'CTCConvertor', dict(dict_list=['a', 'b']), scores_of([1], 3), [resize])
    pipeline = json.loads((model / 'pipeline.json').read_text())
    pipeline['pipeline']['tasks'].append(dict(type='Task', module='Coalesce', input=['z'], output=['w']))
    pipeline['pipeline']['output'] = ['w']
    (model / 'pipeline.json').write_text(json.dumps(pipeline))
    with pytest.raises(RuntimeError, match='tasks/3/input: Coalesce takes two or more inputs'):
        TextRecognizer(str(model), 'cpu')


def test_a_space_is_a_symbol(tmp_path: Path) -> None:
    found = read(tmp_path, 'CTCConvertor', dict(dict_file='d.txt'), scores_of([1, 2, 1], 3), files={'d.txt': 'a\n \n'})
    assert found[0] == 'a a'


@pytest.mark.parametrize('params, message', [
    (dict(dict_type='DICT36'), r'params: the network tells 5 classes apart, the dictionary has 37 symbols'),
    (dict(dict_list=['a', 'b', 'c', 'd', 'e']), 'tells 5 classes apart, the dictionary has 6 symbols'),
    (dict(dict_list=['a', 'b']), 'tells 5 classes apart, the dictionary has 3 symbols'),
    (dict(dict_type='DICT63'), r"dict_type: unknown dictionary 'DICT63', allowed: .*did you mean 'DICT36'"),
    (dict(dict_file='nothing.txt'), "dict_file: .*nothing.txt"),
    ({}, 'no dictionary; set dict_file'),
    (dict(dict_list=['a', 1, 'c', 'd']), 'dict_list/1'),
    (dict(dict_list=['a', 'b', 'c', 'd'], ignore_chars=['z']), "ignore_chars: 'z' is no symbol of the dictionary"),
])
@pytest.mark.parametrize('component', ['CTCConvertor', 'AttnConvertor'])
def test_mistakes(component: str, params: dict, message: str, tmp_path: Path) -> None:
    if component == 'AttnConvertor':  # <UKN>, start and end, padding
        message = message.replace('37', '39').replace('6 symbols', '8 symbols').replace('3 symbols', '5 symbols')
        if params.get('dict_list') == ['a', 'b']:
            pytest.skip('two symbols and three tokens are five classes')
    with pytest.raises(RuntimeError, match=message):
        read(tmp_path, component, params, scores_of([1], 5))


@pytest.mark.parametrize('version, tokens, extra', [
    ('0.7.0', 3, dict(with_padding=True)), ('0.7.0', 2, dict(with_padding=False)), ('1.0.0', 3, {}), ('1.1.0', 3, {})])
@pytest.mark.parametrize('component', ['CTCConvertor', 'AttnConvertor'])
def test_a_dictionary_of_one_symbol_more_or_less(component: str, version: str, tokens: int, extra: dict,
                                                 tmp_path: Path) -> None:
    if component == 'CTCConvertor':
        tokens = 2  # the blank and <UKN>
    for count in (3, 4, 5):
        params = dict(dict_list=list('abcde'[:count]), with_unknown=True, **extra)
        scores = scores_of([1, 0], 4 + tokens)
        if count == 4:
            assert read(tmp_path, component, params, scores, version=version)[0]
            continue
        with pytest.raises(RuntimeError, match=f'tells {4 + tokens} classes apart, .* {count + tokens} symbols'):
            read(tmp_path, component, params, scores, version=version)


def test_models_of_0x_do_not_say_whether_the_padding_is_a_class(tmp_path: Path) -> None:
    for classes in (5, 6):
        params = dict(dict_list=['a', 'b', 'c'], with_unknown=True)
        assert read(tmp_path, 'AttnConvertor', params, scores_of([0, 2, 4, 1], classes))[0] == 'ac'
    for classes in (4, 7):
        with pytest.raises(RuntimeError, match=f'tells {classes} classes apart'):
            read(tmp_path, 'AttnConvertor', params, scores_of([0], classes))


def test_a_class_that_is_taken_for_the_unknown_symbol_is_said(tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    scores = scores_of([1, 2, 3, 4], 5)
    params = dict(dict_list=['a', 'b', 'c'])
    assert read(tmp_path, 'CTCConvertor', params, scores)[0] == 'abc<UKN>'
    assert ("with_unknown is not set, and the network tells 5 classes apart, the dictionary has 4 symbols with those "
            "added to it: the last class is taken for '<UKN>'") in capfd.readouterr().err
    assert read(tmp_path, 'CTCConvertor', dict(params, with_unknown=True), scores)[0] == 'abc<UKN>'
    assert read(tmp_path, 'CTCConvertor', dict(dict_list=['a', 'b', 'c', ' ']), scores)[0] == 'abc '
    assert 'with_unknown' not in capfd.readouterr().err


def test_outputs_that_are_none(tmp_path: Path) -> None:
    params = dict(dict_list=['a', 'b', 'c', 'd'])
    assert read(tmp_path, 'CTCConvertor', params, scores_of([0, 0], 5)) == ('', [])
    # One class, which is the blank; scores that are equal: the first of them counts.
    assert read(tmp_path, 'CTCConvertor', dict(dict_list=[]), np.zeros((1, 4, 1))) == ('', [])
    assert read(tmp_path, 'CTCConvertor', params, np.zeros((1, 4, 5))) == ('', [])
    with pytest.raises(RuntimeError, match="output 'output' .* holds NaN, first at element 7"):
        read(tmp_path, 'CTCConvertor', params, np.where(np.arange(10).reshape(1, 2, 5) == 7, np.nan, 0))
    infinite = np.zeros((1, 1, 5))
    infinite[..., 2] = np.inf
    assert read(tmp_path, 'CTCConvertor', params, infinite) == ('b', [1.0])
    with pytest.raises(RuntimeError, match='2x3x5, expected 1xTxC'):
        read(tmp_path, 'CTCConvertor', params, np.zeros((2, 3, 5)))
    with pytest.raises(RuntimeError, match='with_padding is false'):
        read(tmp_path, 'CTCConvertor', dict(params, with_padding=False), np.zeros((1, 3, 4)), version='1.0.0')


def inspected(model: Path) -> list[str]:
    done = subprocess.run([ROOT / 'build/bin/mmdeploy', 'inspect', model, '--json'], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)['warnings']


def test_inspect_shows_what_the_log_says(tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    """Of models inside as well."""
    read(tmp_path / 'rec', 'CTCConvertor', dict(dict_list=['a', 'b', 'c']), scores_of([1], 5))
    (said, ) = inspected(tmp_path / 'rec')
    assert said.startswith('pipeline.json:/pipeline/tasks/2/params: with_unknown is not set') and said in \
        capfd.readouterr().err
    tasks = [dict(type='Inference', input='img', output='texts', params=dict(model='rec'))]
    pipeline = dict(input='img', output='texts', tasks=tasks)
    (tmp_path / 'deploy.json').write_text(json.dumps(dict(version='0.7.0', task='', models=[], customs=[])))
    (tmp_path / 'pipeline.json').write_text(json.dumps(dict(pipeline=pipeline)))
    assert inspected(tmp_path) == ['rec/' + said]


@pytest.mark.parametrize('component', ['CTCConvertor', 'AttnConvertor'])
def test_a_symbol_that_stands_twice_is_said(component: str, tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    """mmocr refuses it; networks of others may know such dictionaries."""
    scores = softmax(scores_of([1, 0, 3, 0, 4], {'CTCConvertor': 5, 'AttnConvertor': 7}[component]))
    params = dict(softmax=False, with_unknown=component == 'AttnConvertor')
    text = read(tmp_path / 'file', component, dict(params, dict_file='d.txt'), scores,
                files={'d.txt': 'ä\nb\n\nä\nd\n'})[0]
    assert text == {'CTCConvertor': 'ääd', 'AttnConvertor': 'bädä<UKN>'}[component]
    (said, ) = inspected(tmp_path / 'file')
    assert "params/dict_file: dictionary 'd.txt' has the symbol 'ä' as line 1 and line 4; if one of them" in said
    assert said in capfd.readouterr().err
    read(tmp_path / 'list', component, dict(params, dict_list=['a', 'a', 'b', 'b']), scores)
    assert "params/dict_list has the symbol 'a' as element 0 and element 1, and 1 other symbols twice" in \
        inspected(tmp_path / 'list')[0]
    read(tmp_path / 'none', component, dict(params, dict_list=list('abcd')), scores)
    assert inspected(tmp_path / 'none') == []


@pytest.mark.parametrize('component', ['CTCConvertor', 'AttnConvertor'])
def test_scores_that_are_no_probabilities_are_said_once(component: str, tmp_path: Path,
                                                        capfd: pytest.CaptureFixture) -> None:
    params = dict(dict_list=['a', 'b'], with_unknown=True)
    classes = {'CTCConvertor': 4, 'AttnConvertor': 5}[component]
    logits = scores_of([1, 0, 1], classes)
    resize = dict(type='ResizeOCR', height=32, min_width=32, max_width=100)
    image = np.zeros((32, 100, 3), np.uint8)
    texts, values = set(), {}
    for given, scores in (('logits', logits), ('probabilities', softmax(logits))):
        for makes in (True, False):
            model = write_model(tmp_path / f'{given}_{makes}', component, dict(params, softmax=makes), scores, [resize])
            recognizer = TextRecognizer(str(model), 'cpu')
            capfd.readouterr()
            for _ in range(3):
                text, values[given, makes] = recognizer(image)
            texts.add(text)
            said = capfd.readouterr().err
            if (given == 'logits') == makes:
                assert said == ''
                continue
            assert said.count('params: ') == 1 and f'set `softmax` to {str(not makes).lower()}' in said
    assert len(texts) == 1
    assert values['logits', True] == pytest.approx(values['probabilities', False], abs=1e-6)
    assert min(values['logits', False]) > 1  # what mmocr gives as well, of networks that end in logits


def write_shaped(folder: Path, scores: np.ndarray, *, batch: int = 1, batch_size: int = 1) -> Path:
    """Write a recognizer that gives these scores, for images of a batch of `batch`.

    With a batch of -1, which is open, it gives them for each image, along the second axis: [T, N, C].
    """
    resize = dict(type='ResizeOCR', height=32, min_width=32, max_width=100)
    model = write_model(folder, 'CTCConvertor', dict(dict_list=['a', 'b']), scores, [resize])
    net = onnx.load(model / 'end2end.onnx')
    side = dict(dim_param='n') if batch < 0 else dict(dim_value=batch)
    net.graph.input[0].type.tensor_type.shape.dim[0].CopyFrom(onnx.TensorShapeProto.Dimension(**side))
    if batch < 0:
        nodes = [helper.make_node('Shape', ['input'], ['n'], start=0, end=1),
                 helper.make_node('Concat', ['one', 'n', 'one'], ['times'], axis=0),
                 helper.make_node('Tile', ['value', 'times'], ['output'])]
        del net.graph.node[:]
        net.graph.node.extend(nodes)
        net.graph.initializer.append(numpy_helper.from_array(np.array([1], np.int64), 'one'))
        net.graph.output[0].CopyFrom(helper.make_tensor_value_info('output', TensorProto.FLOAT, ['t', 'n', 3]))
        net.opset_import[0].version = 15
    onnx.save(net, model / 'end2end.onnx')
    deploy = json.loads((model / 'deploy.json').read_text())
    deploy['models'][0]['batch_size'] = batch_size
    (model / 'deploy.json').write_text(json.dumps(deploy))
    return model


TIME_MAJOR = 'the network gives TxNxC.*: transpose its first axes'
IMAGES = [np.zeros((32, 100, 3), np.uint8)] * 4


def test_steps_that_come_first_are_refused(tmp_path: Path) -> None:
    scores = np.transpose(scores_of([1, 0, 2, 1], 3), (1, 0, 2))  # [T, 1, C]
    with pytest.raises(RuntimeError, match=f"has shape 4x1x3, expected NxTxC.*{TIME_MAJOR}"):
        TextRecognizer(str(write_shaped(tmp_path / 'known', scores)), 'cpu')
    for batch_size in (1, 4):
        recognizer = TextRecognizer(str(write_shaped(tmp_path / str(batch_size), scores, batch=-1,
                                                     batch_size=batch_size)), 'cpu')
        with pytest.raises(RuntimeError, match=f'has shape 4x1x3, expected 1xTxC.*{TIME_MAJOR}'):
            recognizer(IMAGES[0])
        # Of a batch as long as the text the first axis has the length of both.
        with pytest.raises(RuntimeError, match='has shape 4x1x3'):
            recognizer.batch(IMAGES)


@pytest.mark.parametrize('shape', [(4, 5, 3), (5, 4, 3), (4, 4, 3)], ids=['NxTxC', 'TxNxC', 'as long'])
@pytest.mark.parametrize('batch_size', [1, 4])
def test_networks_of_a_fixed_batch_are_refused(shape: tuple, batch_size: int, tmp_path: Path) -> None:
    """An image alone could not be read."""
    scores = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    model = write_shaped(tmp_path, scores, batch=4, batch_size=batch_size)
    with pytest.raises(RuntimeError, match=r"does not fit the network: .*'input' .*4x3x"):
        TextRecognizer(str(model), 'cpu')
