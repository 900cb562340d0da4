"""Text models of mmocr in engines; all of them on all engines: `python -m tests.models.text_models`."""
import copy
import re

import mmcv
import numpy as np
import pytest
import torch

from mmdeploy.backend.base.native import get_engine_version
from mmdeploy.codebase.mmocr.deploy.check import check_detector, check_recogniser
from mmdeploy.core import RewriterContext, patch_model
from tests.models import text_models

# Of each kind of model one, and each engine once or twice.
FEW = [('DBNet', 'onnxruntime', True), ('PANet', 'ncnn', False), ('CRNN', 'openvino', True), ('CRNN', 'ncnn', False),
       ('SAR', 'onnxruntime', True), ('SATRN', 'torchscript', True)]


@pytest.mark.parametrize('name, engine, dynamic', FEW)
def test_scores_are_those_of_mmocr(name, engine, dynamic):
    """In the sizes of the export, in others, for a batch, and for images that are padded."""
    if not get_engine_version(engine):
        pytest.skip(f'{engine} is not built')
    differences = text_models.prove(name, engine, dynamic)
    assert max(differences) < text_models.TOLERANCE, differences


@pytest.mark.parametrize('name', ['SAR', 'SAR, sequential', 'SATRN', 'NRTR', 'RobustScanner', 'ABINet'])
def test_scores_under_the_rewrites(name):
    """Of images alone, and of images with what the pipeline noted of them."""
    built = text_models.build(name)
    images = built.images(dynamic=True)[1]
    expected = built.reference(images)
    cfg = text_models.deploy_config('text-recognition', 'onnxruntime', True)
    metas = [dict(resize_shape=(images.shape[2], width, 3)) for width in built.widths(images)]
    with RewriterContext(cfg, 'onnxruntime'), torch.no_grad():
        of_both = built.model(images, metas)
        of_images = patch_model(copy.deepcopy(built.model), cfg, 'onnxruntime')(images)
    for found in (of_both, of_images):
        np.testing.assert_allclose(found, expected, atol=1e-5)
    assert (expected[:, 0] - expected[:, -1]).abs().max() > 0.01, 'all symbols are the same'


@pytest.mark.parametrize('kind, change, message', [
    ('FCENet', {}, "model.type is 'FCENet', which cannot be converted: .*supported: DBNet, PSENet, PANet, TextSnake"),
    ('DRRG', {}, "'DRRG', which cannot be converted: between its two networks"),
    ('OCRMaskRCNN', {}, "'OCRMaskRCNN', which cannot be converted"),
])
def test_detectors_that_are_refused(kind, change, message):
    with pytest.raises(NotImplementedError, match=message):
        check_detector(mmcv.Config(dict(model=dict(type=kind, **change))))


@pytest.mark.parametrize('engine, model, message', [
    ('onnxruntime', dict(type='SegRecognizer'), "'SegRecognizer', which cannot be converted: it finds each symbol"),
    ('onnxruntime', dict(type='SARNet', decoder=dict(type='ParallelSARDecoderWithBS')), "use 'ParallelSARDecoder'"),
    ('onnxruntime', dict(type='SARNet', decoder=dict(dec_bi_rnn=True)), 'dec_bi_rnn is True'),
    ('ncnn', dict(type='MASTER'), "'MASTER', .* not to ncnn, .*supported: CRNNNet, SARNet, SATRN, NRTR$"),
])
def test_recognisers_that_are_refused(engine, model, message):
    with pytest.raises(NotImplementedError, match=message):
        check_recogniser(mmcv.Config(dict(model=model)), mmcv.Config(dict(backend_config=dict(type=engine))))


def test_the_docs_list_all_models(repository):
    text = ' '.join((repository / 'docs/en/models.md').read_text().split())
    listed = re.search(r'MMOCR: text detectors (.*?); recognisers (.*?)\. ', text)
    assert sorted(', '.join(listed.groups()).split(', ')) == sorted(
        {name.partition(',')[0] for name in text_models.MODELS})
