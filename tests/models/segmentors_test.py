"""Documented segmentors in engines; all of them on all engines: `python -m tests.models.segmentors`."""
import re

import pytest
import torch

from mmdeploy.backend.base.native import get_engine_version
from mmdeploy.core import RewriterContext
from tests.models import restorers, segmentors

# Of each kind of decoder and backbone one for the engines beside ONNX Runtime.
FEW = ('PSPNet', 'PointRend', 'Segmenter')


def _prove(name: str, engine: str, dynamic: bool) -> None:
    if not get_engine_version(engine):
        pytest.skip(f'{engine} is not built')
    differences = segmentors.prove(name, engine, dynamic)
    assert all(found.wrong == 0 and found.unsure < 0.1 for found in differences), differences
    assert max(found.classes for found in differences) > 1


@pytest.mark.parametrize('name', segmentors.NAMES)
def test_labels_are_those_of_mmseg(name):
    """In the sizes of the export, in others, and for a batch."""
    _prove(name, 'onnxruntime', dynamic=True)


@pytest.mark.parametrize('name', FEW)
@pytest.mark.parametrize('engine, dynamic', [('openvino', True), ('ncnn', False), ('torchscript', True)])
def test_labels_in_other_engines(name, engine, dynamic):
    _prove(name, engine, dynamic)


def _refused(segmentor: segmentors.Segmentor, **codebase_config) -> pytest.ExceptionInfo:
    cfg = segmentors.deploy_config('onnxruntime', True, **codebase_config)
    with pytest.raises(NotImplementedError) as caught, RewriterContext(cfg, 'onnxruntime'), torch.no_grad():
        segmentor.model(segmentor.image)
    return caught


def test_a_class_with_an_inference_of_its_own_is_refused():
    segmentor = segmentors.build('FCN')

    class Averaging(type(segmentor.model)):

        def whole_inference(self, img, img_meta, rescale):
            return super().whole_inference(img, img_meta, rescale) / 2

    segmentor.model.__class__ = Averaging
    assert _refused(segmentor).match('Averaging has its own whole_inference')


def test_scores_of_a_binary_segmentor_are_refused():
    segmentor = segmentors.build('FCN')
    segmentor.model.out_channels = 1
    assert _refused(segmentor, with_argmax=False).match('with_argmax is False, .* one score per pixel')


def test_the_docs_list_all_models(repository):
    text = ' '.join((repository / 'docs/en/models.md').read_text().split())
    listed = re.search(r'with fixed sizes: (.*?)\. - Only', text).group(1).split(', ')
    assert sorted(listed) == sorted(segmentors.NAMES)
    listed = re.search(r'open sizes: (EDSR.*?)\. - ', text).group(1).split(', ')
    assert sorted(listed) == sorted(restorers.NAMES)
