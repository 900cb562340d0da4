"""Task processors of mmocr: pipelines, files of the SDK model. In engines: tests/models/text_models_test.py."""
import copy
import json
import logging
import math
import os.path as osp
import subprocess
from pathlib import Path

import mmcv
import mmocr
import numpy as np
import pytest
import torch
from mmocr.models.builder import build_decoder

from mmdeploy.codebase import import_codebase
from mmdeploy.utils import Codebase, load_config

import_codebase(Codebase.MMOCR)
from mmdeploy.apis import build_task_processor  # noqa: E402
from mmdeploy.codebase.mmocr.deploy import text_detection, text_recognition  # noqa: E402
from mmdeploy.codebase.mmocr.deploy.check import (  # noqa: E402
    HAS_PADDING_CLASS,
    SDK_CONVERTORS,
    SDK_HEADS,
    check_sdk_detector,
    check_sdk_recogniser,
)
from mmdeploy.codebase.mmocr.deploy.compare import compare_boundaries, compare_texts  # noqa: E402
from mmdeploy.codebase.mmocr.deploy.drawing import draw_text, find_font, mend_drawing  # noqa: E402
from mmdeploy.codebase.mmocr.deploy.mmocr import MMOCR  # noqa: E402
from mmdeploy.codebase.mmocr.deploy.text_recognition_model import End2EndModel, get_convertor_config  # noqa: E402
from mmdeploy.codebase.mmocr.deploy.text_task import get_pipeline_config  # noqa: E402
from mmdeploy.codebase.mmocr.deploy.unclip import mend_unclip  # noqa: E402
from mmdeploy.codebase.mmocr.models.text_recognition import SARNet, crnndecoder__forward_train  # noqa: E402
from mmdeploy.codebase.mmocr.models.utils import get_resize_ocr, get_valid_mask, get_valid_widths  # noqa: E402

CONFIGS = osp.join(osp.dirname(mmocr.__file__), '.mim/configs')
DBNET = 'textdet/dbnet/dbnet_r18_fpnc_1200e_icdar2015.py'
CRNN = 'textrecog/crnn/crnn_academic_dataset.py'
SAR = 'textrecog/sar/sar_r31_parallel_decoder_academic.py'
IMAGE = np.full((40, 120, 3), 128, np.uint8)


def _config(name: str) -> mmcv.Config:
    return mmcv.Config.fromfile(osp.join(CONFIGS, name))


def _task(name: str, kind: str = 'static', **ir):
    task = 'text-detection' if name.startswith('textdet') else 'text-recognition'
    cfg = load_config(f'configs/mmocr/{task}/{task}_onnxruntime_{kind}.py')[0]
    cfg.onnx_config.update(ir)
    return build_task_processor(_config(name), cfg, 'cpu')


@pytest.mark.parametrize('module, name', [(text_detection, DBNET), (text_recognition, CRNN), (text_recognition, SAR)])
def test_config_of_the_caller_stays(module, name):
    cfg = _config(name)
    before = copy.deepcopy(cfg._cfg_dict)
    module.process_model_config(cfg, [IMAGE], [64, 32])
    assert cfg._cfg_dict == before


def test_static_size_of_a_detector():
    steps = text_detection.process_model_config(_config(DBNET), ['a.png'], [96, 64]).data.test.pipeline
    assert steps[1]['img_scale'] == (96, 64) and steps[1]['transforms'][0]['keep_ratio'] is False
    data, inputs = _task(DBNET, input_shape=[96, 64]).create_input(IMAGE, [96, 64])
    assert inputs[0].shape == (1, 3, 64, 96) and data['img_metas'][0][0]['scale_factor'].tolist() == pytest.approx(
        [96 / 120, 64 / 40] * 2)


@pytest.mark.parametrize('name, channels, width', [(CRNN, 1, 64), (SAR, 3, 64)])
def test_static_size_of_a_recogniser(name, channels, width):
    _, inputs = _task(name).create_input(IMAGE, [64, 32])
    assert inputs[0].shape == (1, channels, 32, width)


def test_a_model_knows_how_its_images_are_padded():
    """With the size that the deploy config gives, not that of its own config."""
    assert get_resize_ocr(_task(CRNN).init_pytorch_model().cfg) == (32, None, True)
    assert get_resize_ocr(_task(CRNN, input_shape=[64, 32]).init_pytorch_model().cfg) == (64, 64, False)


def test_grey_images_without_an_axis_for_channels():
    _, inputs = _task(CRNN).create_input(IMAGE[:, :, 0])
    assert inputs[0].shape == (1, 1, 32, 96)


def test_an_upright_image_is_rotated_alone_and_not_in_a_batch():
    upright = np.full((120, 40, 3), 128, np.uint8)
    data, inputs = _task(SAR).create_input(upright)
    assert len(data['img']) == 3 and len(inputs) == 1
    data, inputs = _task(SAR).create_input([upright, IMAGE])
    assert inputs[0].shape == (2, 3, 48, 160) and len(data['img_metas']) == 2


def test_a_batch_pads_what_is_narrower():
    data, inputs = _task(CRNN).create_input([IMAGE, np.full((40, 300, 3), 128, np.uint8)])
    assert inputs[0].shape == (2, 1, 32, 240) and not inputs[0][0, :, :, 96:].any()
    assert [meta['resize_shape'][1] for meta in data['img_metas']] == [96, 240]


def test_a_static_size_needs_resize_ocr():
    cfg = _config(CRNN)
    cfg.data.test.pipeline[1] = dict(type='Resize', img_scale=(100, 32))
    with pytest.raises(ValueError, match=r"step 1 of the test pipeline is 'Resize'; .*input_shape.*ResizeOCR"):
        text_recognition.process_model_config(cfg, ['a.png'], [64, 32])
    with pytest.raises(ValueError, match='has no ResizeOCR, found: LoadImageFromFile, Resize'):
        get_resize_ocr(cfg)


def test_pipelines_of_data_sets():
    step = [dict(type='LoadImageFromFile')]
    for test in (dict(type='ConcatDataset', datasets=[dict(pipeline=step)]),
                 dict(type='UniformConcatDataset', datasets=[[dict(pipeline=step)]], pipeline=None),
                 dict(type='UniformConcatDataset', datasets=[], pipeline=[step])):
        assert get_pipeline_config(mmcv.Config(dict(data=dict(test=test)))) == step
    with pytest.raises(ValueError, match='data.test has no pipeline'):
        get_pipeline_config(mmcv.Config(dict(data=dict(test=dict(type='OCRDataset')))))


def test_text_detectors_bring_the_entry_of_detectors():
    """Theirs is mmdet's, which no other part of mmocr may be needed for."""
    from mmdeploy.codebase.mmdet.models.detectors.base import base_detector__forward
    from mmdeploy.codebase.mmocr.models import text_detection as models
    assert models.base_detector__forward is base_detector__forward


def test_heads_of_sdk_models_are_those_of_the_library():
    command = Path(__file__).resolve().parents[3] / 'build/bin/mmdeploy'
    heads = json.loads(subprocess.run([command, 'schema'], capture_output=True, check=True, text=True).stdout)['heads']
    assert {f'mmocr.{name}' for name in (*SDK_HEADS, *SDK_CONVERTORS.values())} == {
        name for name in heads if name.startswith('mmocr.')}


def test_sdk_model_of_a_detector():
    cfg = _config('textdet/psenet/psenet_r50_fpnf_600e_icdar2015.py')
    cfg.model.bbox_head.postprocessor.update(min_text_area=3)
    task = build_task_processor(cfg, _task(DBNET).deploy_cfg, 'cpu')
    head = task.get_sdk_head()
    assert head.component == 'PSEHead' and 'loss' not in head.params and 'postprocessor' not in head.params
    assert head.params['min_text_area'] == 3 and head.params['downsample_ratio'] == 0.25
    assert task.get_sdk_save_file() == 'end2end.onnx' and task.get_model_name() == 'psenet'
    cfg.model.bbox_head.type = 'FCEHead'
    with pytest.raises(NotImplementedError, match="'FCEHead', which the SDK does not have, allowed: DBHead, PANHead"):
        check_sdk_detector(cfg)


@pytest.mark.parametrize('changes, expected', [
    (dict(postprocessor=dict(type='DBPostprocessor')), dict(text_repr_type='poly', max_candidates=3000)),
    (dict(postprocessor=dict(type='DBPostprocessor', text_repr_type='quad', max_candidates=5)),
     dict(text_repr_type='quad', max_candidates=5)),
    (dict(text_repr_type='poly', postprocessor=dict(type='DBPostprocessor', text_repr_type='quad')),
     dict(text_repr_type='poly')),
    ({}, dict(text_repr_type='quad', min_text_width=5)),  # the default of the head
])
def test_sdk_model_has_the_settings_that_count_in_mmocr(changes, expected, caplog):
    task = _task(DBNET)
    head = task.model_cfg.model.bbox_head
    head.pop('postprocessor')
    head.update(changes)
    with caplog.at_level('WARNING', 'mmdeploy'):
        task.get_sdk_save_file()
    params = task.get_sdk_head().params
    assert {key: params[key] for key in expected} == expected
    assert ('rectangles around texts' in caplog.text) == (expected['text_repr_type'] == 'poly')
    maps = np.zeros((1, 3, 40, 60), np.float32)
    maps[0, 0, 10:12, 20:50] = 0.75  # narrower than min_text_width, also when it has grown
    _, texts = task.get_reference_result(dict(output=maps), dict(scale_factor=np.ones(4), filename='a.png'))
    assert len(texts) == (expected['text_repr_type'] == 'poly')


@pytest.mark.parametrize('name', [
    SAR, 'textrecog/sar/sar_r31_sequential_decoder_academic.py', 'textrecog/nrtr/nrtr_r31_1by8_1by4_academic.py',
    'textrecog/robust_scanner/robustscanner_r31_academic.py', 'textrecog/master/master_r31_12e_ST_MJ_SA.py'])
def test_sdk_model_says_whether_the_padding_is_a_class(name):
    task = _task(name)
    classes = text_recognition.build_convertor(task.model_cfg).num_classes()
    settings = dict(num_classes=classes, start_idx=classes - 2, padding_idx=classes - 1, max_seq_len=4)
    decoder = build_decoder(dict(task.model_cfg.model.decoder, **settings))
    assert type(decoder).__name__ in HAS_PADDING_CLASS
    layer = next(getattr(decoder, name) for name in ('classifier', 'prediction', 'cls') if hasattr(decoder, name))
    assert layer.out_features == classes - (not task.get_sdk_head().params['with_padding'])


def test_a_post_processor_that_the_sdk_does_not_have_is_refused():
    cfg = _config('textdet/panet/panet_r18_fpem_ffm_600e_icdar2015.py')
    cfg.model.bbox_head.postprocessor = dict(type='PSEPostprocessor')
    with pytest.raises(NotImplementedError, match="type is 'PSEPostprocessor'; with PANHead .* PANPostprocessor does"):
        check_sdk_detector(cfg)


def test_sdk_model_of_a_recogniser():
    """What mmocr has as defaults is spelt out, what it makes around the dictionary is not in the file."""
    task = _task(SAR)
    head, files = task.get_sdk_head(), task.get_sdk_customs()
    assert head.component == 'AttnConvertor' and head.params == dict(
        with_unknown=True, with_padding=False, max_seq_len=30, lower=False, start_end_same=True,
        dict_file='dict_file.txt')
    symbols = files['dict_file.txt'].decode().splitlines()
    assert len(symbols) == 90 and symbols[:11] == [*'0123456789a'] and '<UKN>' not in symbols
    steps = task.get_preprocess()
    assert [step['type'] for step in steps] == [
        'LoadImageFromFile', 'ResizeOCR', 'Normalize', 'ImageToTensor', 'Collect']
    assert steps[2] == dict(type='Normalize', mean=[127.5] * 3, std=[127.5] * 3, to_rgb=False)

    task = _task(CRNN)
    task.model_cfg.model.label_convertor = dict(type='CTCConvertor', dict_list=['ä', ' ', '"'])
    assert task.get_sdk_customs()['dict_file.txt'].decode() == 'ä\n \n"\n'
    assert task.get_sdk_head().params == dict(
        with_unknown=True, with_padding=True, lower=False, dict_file='dict_file.txt')
    task.model_cfg.model.label_convertor['type'] = 'SegConvertor'
    with pytest.raises(NotImplementedError, match="'SegConvertor', which the SDK does not have, allowed: CTCConvertor"):
        task.get_sdk_save_file()
    with pytest.raises(NotImplementedError, match="padding_mode of ResizeOCR is 'edge'"):
        check_sdk_recogniser(dict(type='CTCConvertor'), [dict(type='ResizeOCR', padding_mode='edge')])


def _padded(widths: list[int]) -> torch.Tensor:
    images = torch.zeros(len(widths), 3, 48, 160)
    for image, width in zip(images, widths, strict=True):
        image[:, :, width:] = -1
    return images


def test_reference_of_a_detector_is_the_rectangle_in_the_image():
    maps = np.zeros((2, 3, 40, 60), np.float32)
    maps[0, 0, 10:20, 20:50] = 0.75
    kind, found = _task(DBNET).get_reference_result(
        dict(output=maps), dict(scale_factor=np.array([2.0, 0.5] * 2), filename='a.png'))
    assert kind == 'TextDetection' and len(found) == 1 and found[0]['score'] == pytest.approx(0.75)
    corners = np.reshape(found[0]['bbox'], (4, 2))
    # Grown around columns 20 to 49 and rows 10 to 19, which are half as wide and twice as high in the image.
    assert (corners.min(0) < [10, 20]).all() and (corners.max(0) > [24.5, 38]).all() and corners.max() < 60


def test_reference_of_a_recogniser_is_its_text():
    task = _task(CRNN)
    scores = np.zeros((1, 4, 37), np.float32)
    scores[0, range(4), [11, 11, 0, 12]] = 20
    assert task.get_reference_result(dict(output=scores), {}) == (
        'TextRecognition', dict(text='ab', scores=pytest.approx([1, 1], abs=1e-6)))
    scores[0, :, 0] = 30
    assert task.get_reference_result(dict(output=scores), {})[1] == dict(text='', scores=[])


def test_picture_without_text(tmp_path):
    task, path = _task(DBNET), str(tmp_path / 'out.png')
    model = task.init_pytorch_model()
    task.visualize(model, IMAGE, dict(boundary_result=[], filename=None), path)
    assert (mmcv.imread(path) == IMAGE).all()


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError(f'the network is asked for {args}')

    monkeypatch.setattr('urllib.request.urlretrieve', refuse)
    monkeypatch.setattr('socket.socket.connect', refuse)


@pytest.mark.parametrize('text', ['word', '\u6587\u5b57', 'a\u6587', '\u00e9\u03b1', ''])
def test_pictures_of_texts_need_no_network(text, tmp_path, no_network):
    """Chinese symbols are drawn with the fonts of the machine, which may lack them."""
    task = _task(CRNN)
    model = task.init_pytorch_model()
    task.visualize(model, IMAGE, dict(text=text, score=[0.5] * len(text)), str(tmp_path / 'a.png'))
    picture = mmcv.imread(str(tmp_path / 'a.png'))
    assert picture.shape[0] == 2 * 64 and (picture[:64] < 128).any() == bool(text)


def test_a_font_that_has_the_symbols_is_taken():
    path, lacking = find_font('abc \u00e9\u03b1\u0436')
    assert lacking == '' and osp.isfile(path)
    assert find_font('a\U0010ffff b')[1] == '\U0010ffff'  # no symbol at all


@pytest.mark.parametrize('height, width, text', [(64, 1, 'long text'), (1, 64, 'a'), (64, 64, 'a' * 500)])
def test_texts_are_drawn_in_pictures_of_any_size(height, width, text):
    assert draw_text(height, width, text).shape == (height, width, 3)


def test_what_no_font_has_is_logged(caplog):
    logger = logging.getLogger('mmdeploy')
    logger.addHandler(caplog.handler)
    try:
        draw_text(32, 64, 'a\U0010ffff')
    finally:
        logger.removeHandler(caplog.handler)
    assert "no font of this machine has '\\U0010ffff'" in caplog.text and "the text is 'a" in caplog.text


def test_drawing_is_mended_once():
    from mmocr.core import visualize
    mend_drawing()
    mended = visualize.draw_texts_by_pil
    mend_drawing()
    assert visualize.draw_texts_by_pil is mended


def test_tensor_of_a_sample():
    from mmcv.parallel import DataContainer
    x = torch.zeros(1, 3, 8, 8)
    for image in (x, [x], DataContainer([x], stack=True), [DataContainer([x], stack=True)]):
        assert text_detection.TextDetection.get_tensor_from_input(dict(img=image)) is x


def test_metrics_are_asked_for_as_the_config_says(tmp_path):
    class Data:
        def evaluate(self, outputs, logger, **options):
            self.asked = outputs, options
            return dict(acc=0.5)

    data, cfg = Data(), mmcv.Config(dict(evaluation=dict(interval=1, save_best='x', rank_list='file', metric='none')))
    out = str(tmp_path / 'out.pkl')
    text_detection.TextDetection.evaluate_outputs(
        cfg, [1], data, ['hmean-iou'], out, dict(step=0.2), log_file=str(tmp_path / 'log'))
    assert data.asked == ([1], dict(metric=['hmean-iou'], rank_list='file', step=0.2)) and mmcv.load(out) == [1]


class _Network(torch.nn.Module):
    """A recogniser that answers how wide images are."""

    def __init__(self):
        super().__init__()
        self.cfg = _config(SAR)

    def simple_test(self, img, img_metas):
        return img_metas[0]['valid_ratio']


def test_a_recogniser_needs_a_convertor():
    cfg = mmcv.Config(dict(model=dict(type='CRNNNet')))
    with pytest.raises(ValueError, match='model.label_convertor is missing, and so is label_convertor'):
        get_convertor_config(cfg)
    cfg.label_convertor = dict(type='CTCConvertor')
    assert get_convertor_config(cfg) == dict(type='CTCConvertor')


def test_images_of_crnn_are_32_high():
    with pytest.raises(ValueError, match='features are 2 high, expected 1: ResizeOCR must make images 32 high'):
        crnndecoder__forward_train(None, None, torch.zeros(1, 4, 2, 8))


def test_mmrazor_has_no_models_of_mmocr():
    task = _task(DBNET)
    task.deploy_cfg.codebase_config['from_mmrazor'] = True
    with pytest.raises(NotImplementedError, match='codebase_config.from_mmrazor is True, and mmrazor has no models of '
                       'mmocr; leave it out'):
        task.init_pytorch_model()


def test_padding_is_found_in_the_image():
    module = _Network()
    recogniser = SARNet(module, {})
    images = _padded([160, 120, 48, 0])
    images[0, :, :10] = -1  # black rows are no padding
    images[1, :, :, 40:60] = -1  # neither are black columns before others
    # Least is what ResizeOCR makes of the narrowest image.
    assert recogniser(images).tolist() == pytest.approx([1, 0.75, 0.3, 0.3])
    module.cfg.data.test.pipeline[1].transforms[0].keep_aspect_ratio = False
    assert SARNet(module, {})(images) == 1.0
    module.cfg = None
    with pytest.raises(ValueError, match='_Network has no attribute cfg'):
        SARNet(module, {})


@pytest.mark.parametrize('value', [0, 127, (5, 6, 7)])
@pytest.mark.parametrize('steps', [
    [dict(type='ToTensorOCR'), dict(type='NormalizeOCR', mean=[0.5, 0.4, 0.3], std=[0.5, 0.6, 0.7])],
    [dict(type='ToTensorOCR')],
    [dict(type='Normalize', mean=[10, 20, 30], std=[1, 2, 3]), dict(type='DefaultFormatBundle')],
    [dict(type='Normalize', mean=[10, 20, 30], std=[1, 2, 3], to_rgb=False), dict(type='DefaultFormatBundle')],
])
def test_padding_of_any_colour_is_found(value, steps):
    """A number is for the first channel of mmcv only, which is the last one of RGB."""
    resize = dict(type='ResizeOCR', height=48, min_width=48, max_width=160, img_pad_value=value)
    module = torch.nn.Module()
    module.cfg = mmcv.Config(dict(data=dict(test=dict(pipeline=[dict(type='LoadImageFromFile'), resize, *steps]))))
    image = np.random.default_rng(0).integers(100, 255, (48, 80, 3), np.uint8)
    image[..., 1] = 90  # no channel is the padding's
    data = MMOCR.compose([resize, *steps])(dict(img=image, img_shape=image.shape, img_fields=['img']))
    tensor = getattr(data['img'], 'data', data['img'])[None]
    found = SARNet(module, {})._find_valid_ratio(tensor).tolist()
    assert found == pytest.approx([data['valid_ratio']]) == [0.5]


@pytest.mark.parametrize('width', [40, 25, 7, 1])
def test_valid_widths_are_those_of_mmocr(width):
    """Also where a product is a bit above a whole number."""
    ratios = [step / 160 for step in range(1, 161)]
    expected = [min(width, math.ceil(round(width * ratio, 6))) for ratio in ratios]
    feature = torch.zeros(1)
    assert get_valid_widths([dict(valid_ratio=torch.tensor(ratios))], width, feature).tolist() == expected
    mask = get_valid_mask([dict(valid_ratio=ratio) for ratio in ratios], width, feature)
    assert mask.sum(1).tolist() == [min(width, math.ceil(width * ratio)) for ratio in ratios]
    assert get_valid_widths([dict(valid_ratio=1.0), {}], width, feature) is None
    assert get_valid_widths(None, width, feature) is None


class _Wrapper(torch.nn.Module):
    """An engine whose scores are the image."""

    def forward(self, inputs):
        return dict(output=next(iter(inputs.values()))[:, 0])

    def output_to_list(self, outputs):
        return list(outputs.values())


@pytest.fixture
def recogniser(monkeypatch):
    monkeypatch.setattr(End2EndModel, '_init_wrapper', lambda self, **kwargs: setattr(self, 'wrapper', _Wrapper()))
    cfg = _config(CRNN)
    cfg.model.label_convertor = dict(type='CTCConvertor', dict_list=['a', 'b'], with_unknown=False)
    return End2EndModel('onnxruntime', [''], 'cpu', model_cfg=cfg)


def _scores(*steps: int, sure: float = 9.0) -> torch.Tensor:
    return torch.nn.functional.one_hot(torch.tensor([steps]), 3)[None].float() * sure


def test_text_of_scores(recogniser):
    batch = torch.cat([_scores(1, 1, 0, 1), _scores(2, 0, 0, 0)])
    found = recogniser(batch, [dict(valid_ratio=1.0), dict(valid_ratio=1.0)])
    assert [result['text'] for result in found] == ['aa', 'b']
    # What is padding is not read.
    assert recogniser(_scores(1, 0, 2, 2), [[dict(valid_ratio=0.5)]])[0]['text'] == 'a'
    assert recogniser([_scores(0, 0)[0]], [[{}]])[0] == dict(text='', score=[])


def test_the_best_of_several_rotations_is_taken(recogniser):
    images = [_scores(1, 0, sure=1.0), _scores(2, 0), _scores(0, 0)]
    assert recogniser(images, [[{}], [{}], [{}]])[0]['text'] == 'b'


def test_texts_that_fall_apart_are_left_out():
    """mmocr 0.6.3 itself fails for them with NumPy 1.24 and later."""
    mend_unclip()
    mend_unclip()  # once is enough
    from mmocr.models.textdet.postprocess import db_postprocessor
    square, knot = [[0, 0], [30, 0], [30, 10], [0, 10]], [[9, 16], [12, 1], [13, 6], [4, 8]]
    assert db_postprocessor.unclip(np.array(square)).size > 8
    with pytest.raises(ValueError, match='inhomogeneous'):
        db_postprocessor.unclip.__wrapped__(np.array(knot))
    assert len(db_postprocessor.unclip(np.array(knot))) == 0


def test_comparison_of_boundaries():
    quad = [0, 0, 9, 0, 9, 5, 0, 5, 0.9]
    moved = [*np.add(quad[:8], 0.5), 0.8]
    other = [*np.add(quad[:8], 30), 0.7]
    rows = dict(compare_boundaries([[quad, other], [], [quad]], [[moved], [], []]))
    assert rows == {'images': '3', 'texts found by both': '1 of 3', 'max difference of corners, pixels': '0.5',
                    'max difference of scores': '0.1'}
    assert dict(compare_boundaries([], []))['texts found by both'] == '0 of 0'


def test_comparison_of_texts():
    rows = compare_texts([dict(text='ab', score=[0.5, 1.0]), dict(text='', score=[]), dict(text='a', score=[1.0])],
                         [dict(text='ab', score=[0.5, 0.75]), dict(text='', score=[]), dict(text='b', score=[1.0])])
    assert [value for _, value in rows] == ['3', '2', '0.25']
