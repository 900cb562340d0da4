"""Pose detectors in engines; all of them on all engines: `python -m tests.models.poses`."""
import re

import mmcv
import pytest
import torch

from mmdeploy.backend.base.native import get_engine_version
from mmdeploy.core import RewriterContext
from mmdeploy.utils import IR
from tests.exports import models
from tests.models import poses

DOCUMENTED = ('HRNet', 'MSPN', 'LiteHRNet')


def _prove(name: str, engine: str, dynamic: bool) -> None:
    if not get_engine_version(engine):
        pytest.skip(f'{engine} is not built')
    assert max(poses.prove(name, engine, dynamic)) < poses.TOLERANCE


@pytest.mark.parametrize('name', DOCUMENTED)
def test_answers_are_those_of_mmpose(name):
    """For one box and for a batch."""
    _prove(name, 'onnxruntime', dynamic=True)


@pytest.mark.parametrize('engine, dynamic', [('openvino', True), ('ncnn', False), ('torchscript', True)])
def test_answers_in_other_engines(engine, dynamic):
    _prove('HRNet', engine, dynamic)


def test_open_sizes_of_litehrnet_are_refused():
    model, image = poses.build('LiteHRNet')
    cfg = poses.deploy_config('onnxruntime', True)
    cfg.onnx_config.dynamic_axes['input'] = {0: 'batch', 2: 'height', 3: 'width'}
    with pytest.raises(NotImplementedError, match='LiteHRNet pools to sizes of its own maps'), (
            RewriterContext(cfg, 'onnxruntime', ir=IR.ONNX)), torch.no_grad():
        model(image)


def test_a_head_with_an_answer_of_its_own_is_refused():
    model, image = poses.build('SimpleBaseline')

    class Halved(type(model.keypoint_head)):

        def inference_model(self, x, flip_pairs=None):
            return super().inference_model(x, flip_pairs) / 2

        def forward(self, x):
            return super().forward(x) / 2

    model.keypoint_head.__class__ = Halved
    with pytest.raises(NotImplementedError, match='Halved'), (
            RewriterContext(poses.deploy_config('onnxruntime', True), 'onnxruntime')), torch.no_grad():
        model(image)


def test_what_cannot_be_converted_is_refused_before_anything_is(tmp_path):
    from mmdeploy.apis import build_task_processor
    folder = re.sub('topdown_heatmap/coco', '', models.POSE)
    for engine, config, message in (
            ('ncnn', f'{models.POSE}/hrformer_small_coco_256x192.py', "'HRFormer', which attends in windows"),
            ('onnxruntime', f'{folder}associative_embedding/coco/hrnet_w32_coco_512x512.py',
             "model.type is 'AssociativeEmbedding'; allowed: 'TopDown'")):
        config = mmcv.Config.fromfile(models.config_path('mmpose', config))
        with pytest.raises(NotImplementedError, match=message):
            build_task_processor(config, poses.deploy_config(engine, False), 'cpu').check_convertible()


def test_the_docs_list_all_models(repository):
    text = ' '.join((repository / 'docs/en/mmpose.md').read_text().split())
    listed = re.search(r'with a batch of any size: (.*?)\. ', text).group(1).split(', ')
    assert sorted(listed) == sorted(poses.NAMES)
