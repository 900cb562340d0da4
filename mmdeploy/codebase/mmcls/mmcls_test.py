"""Tests of the task processor and the rewrites of MMClassification."""
import copy
import logging
from pathlib import Path

import cv2
import mmcv
import numpy as np
import onnx
import pytest
import torch

import mmdeploy.backend.onnxruntime as ort_package
from mmdeploy.apis.onnx import export
from mmdeploy.apis.utils import build_task_processor
from mmdeploy.codebase import import_codebase
from mmdeploy.core import RewriterContext
from mmdeploy.utils import Backend, Codebase
from mmdeploy.utils.test import DummyModel, SwitchBackendWrapper, WrapModel, backend_checker

import_codebase(Codebase.MMCLS)
from mmdeploy.codebase.mmcls.deploy.classification import process_model_config  # noqa: E402
from mmdeploy.codebase.mmcls.deploy.classification_model import (  # noqa: E402
    build_classification_model,
    get_classes_from_config,
)

ROOT = Path(__file__).parents[3]
DEPLOY = str(ROOT / 'configs/mmcls/classification_onnxruntime_dynamic.py')
SDK = str(ROOT / 'configs/mmcls/classification_sdk_dynamic.py')
MODEL = str(ROOT / 'zoo/mmcls/resnet18_digits.py')
CHECKPOINT = str(ROOT / 'zoo/mmcls/resnet18_digits.pth')
IMAGE = str(ROOT / 'zoo/mmcls/images/digit_7.png')


@pytest.fixture
def model_cfg():
    return mmcv.Config.fromfile(MODEL)


@pytest.fixture
def task(model_cfg):
    return build_task_processor(model_cfg, mmcv.Config.fromfile(DEPLOY), 'cpu')


def test_process_model_config(model_cfg, caplog):
    before = model_cfg.dump()
    pixels = np.zeros((8, 8, 3), np.uint8)
    assert process_model_config(
        model_cfg, IMAGE).data.test.pipeline[0]['type'] == 'LoadImageFromFile'
    cfg = process_model_config(model_cfg, pixels)
    assert cfg.data.test.pipeline[0]['type'] == 'Resize'
    assert process_model_config(
        cfg, IMAGE).data.test.pipeline[0]['type'] == 'LoadImageFromFile'
    assert model_cfg.dump() == before

    logger = logging.getLogger('mmdeploy')
    logger.addHandler(caplog.handler)
    # The crop is found by what it does, wherever it stands.
    process_model_config(model_cfg, IMAGE, [32, 32])
    assert caplog.text == ''
    process_model_config(model_cfg, IMAGE, [224, 224])
    logger.removeHandler(caplog.handler)
    assert '`input shape` should be equal to `crop_size`' in caplog.text


def test_create_input(task):
    data, (tensor, ) = task.create_input([IMAGE, IMAGE])
    assert tensor.shape == (2, 3, 32, 32) and data['img'][0] is tensor
    _, (pixels, ) = task.create_input(cv2.imread(IMAGE))
    assert torch.equal(pixels[0], tensor[0])
    for wrong in ([IMAGE, cv2.imread(IMAGE)], [], [3]):
        with pytest.raises(
                AssertionError, match='imgs must be strings or numpy arrays'):
            task.create_input(wrong)


def test_input_is_on_the_device(model_cfg):
    # The device 'meta' is always there.
    task = build_task_processor(model_cfg, mmcv.Config.fromfile(DEPLOY), 'meta')
    assert task.create_input(IMAGE)[1][0].device.type == 'meta'


def test_images_of_different_shape(model_cfg):
    model_cfg.data.test.pipeline = [
        t for t in model_cfg.data.test.pipeline
        if t['type'] not in ('Resize', 'CenterCrop')
    ]
    task = build_task_processor(model_cfg, mmcv.Config.fromfile(DEPLOY), 'cpu')
    images = [np.zeros((8, 8, 3), np.uint8), np.zeros((9, 8, 3), np.uint8)]
    with pytest.raises(ValueError, match=r'\[3, 8, 8\], \[3, 9, 8\]'):
        task.create_input(images)


def test_pytorch_model_is_ready(task):
    model = task.init_pytorch_model(CHECKPOINT)
    data, _ = task.create_input(IMAGE)
    assert not model.training
    assert task.run_inference(model, data)[0].argmax() == 7


def test_postprocess_does_not_touch_the_config(task):
    before = task.model_cfg.dump()
    params = task.get_postprocess()
    assert params['topk'] == 5
    params.pop('type')
    assert task.model_cfg.dump() == before
    assert task.get_model_name() == 'resnet'


def test_no_topk(task, caplog):
    task.model_cfg.model.head.pop('topk')
    logger = logging.getLogger('mmdeploy')
    logger.addHandler(caplog.handler)
    assert task.get_postprocess()['topk'] == 1
    logger.removeHandler(caplog.handler)
    assert 'no topk in postprocess config' in caplog.text


def test_from_mmrazor(task):
    assert task.from_mmrazor is False
    task.deploy_cfg.codebase_config['from_mmrazor'] = 'yes'
    with pytest.raises(TypeError, match='must be boolean type! but got: yes'):
        print(task.from_mmrazor)


def test_classes(model_cfg, caplog):
    assert get_classes_from_config(model_cfg) == list(model_cfg.data.val.classes)
    model_cfg.data.val.update(type='ImageNet', classes=None)
    assert len(get_classes_from_config(model_cfg)) == 1000
    model_cfg.data = {}
    logger = logging.getLogger('mmdeploy')
    logger.addHandler(caplog.handler)
    assert get_classes_from_config(model_cfg)[9] == '9'
    logger.removeHandler(caplog.handler)
    assert 'Use generated class names' in caplog.text


@backend_checker(Backend.ONNXRUNTIME)
def test_backend_model_with_a_fake_engine(model_cfg, tmp_path):
    scores = torch.softmax(torch.arange(10.), 0)[None]
    with SwitchBackendWrapper(ort_package.ORTWrapper) as wrapper:
        wrapper.set(
            outputs={'output': scores},
            output_to_list=lambda self, outputs: [
                outputs[name] for name in self._output_names
            ])
        model = build_classification_model([''], model_cfg, DEPLOY, 'cpu')
        result = model([torch.rand(1, 3, 32, 32)], return_loss=False)
        np.testing.assert_array_equal(result[0], scores[0].numpy())
        picture = str(tmp_path / 'out.jpg')
        model.show_result(
            cv2.imread(IMAGE), dict(pred_class='9'), show=False,
            out_file=picture)
        assert cv2.imread(picture) is not None


def test_unknown_model_type(model_cfg):
    cfg = mmcv.Config.fromfile(DEPLOY)
    cfg.codebase_config.model_type = 'two_stage'
    with pytest.raises(
            KeyError, match="model_type is 'two_stage', allowed: end2end, sdk"):
        build_classification_model([''], model_cfg, cfg, 'cpu')


def test_unknown_backend(model_cfg):
    cfg = mmcv.Config.fromfile(DEPLOY)
    cfg.backend_config.type = 'pytorch'
    with pytest.raises(NotImplementedError, match='Unknown backend type: pyt'):
        build_classification_model([''], model_cfg, cfg, 'cpu')


@backend_checker(Backend.ONNXRUNTIME)
def test_file_that_is_no_model(model_cfg, tmp_path):
    path = tmp_path / 'bad.onnx'
    path.write_bytes(b'not a model')
    with pytest.raises(RuntimeError, match='bad.onnx'):
        build_classification_model([str(path)], model_cfg, DEPLOY, 'cpu')


class _Dataset:
    CLASSES = ['a', 'b']

    def evaluate(self, outputs, metrics, options):
        return {'accuracy_top-1': 12.345}


def test_evaluate_outputs(task, tmp_path, caplog):
    outputs = [np.array([0.25, 0.75]), np.array([0.9, 0.1])]
    logger = logging.getLogger('test')
    logger.addHandler(caplog.handler)
    logger.setLevel(logging.INFO)
    path = str(tmp_path / 'out.pkl')
    task.evaluate_outputs(None, outputs, _Dataset(), ['accuracy'])
    task.evaluate_outputs(None, outputs, _Dataset())
    task.evaluate_outputs(None, outputs, _Dataset(), out=path)
    logger.removeHandler(caplog.handler)
    assert 'accuracy_top-1 : 12.35' in caplog.text or (
        'accuracy_top-1 : 12.34' in caplog.text)
    assert 'pred_score = 0.75, pred_label = 1 and pred_class = b' in (
        caplog.text)
    assert mmcv.load(path)['pred_class'] == ['b', 'a']


def test_sdk_pipeline_does_not_change_the_dataset_config(model_cfg):
    task = build_task_processor(model_cfg, mmcv.Config.fromfile(SDK), 'cpu')
    model_cfg.data.test.data_prefix = str(ROOT / 'zoo/mmcls')
    model_cfg.data.test.classes = ['images']
    before = model_cfg.dump()
    dataset = task.build_dataset(model_cfg, 'test')
    assert [type(t).__name__ for t in dataset.pipeline.transforms] == [
        'LoadImageFromFile', 'Collect'
    ]
    assert dataset[0]['img'].shape == (128, 128, 3)
    assert model_cfg.dump() == before
    with pytest.raises(AssertionError, match='data.calib is missing, found:'):
        task.codebase_class.build_dataset(model_cfg, 'calib')


def _rewritten(model, inputs, backend='default', **kwargs):
    with RewriterContext({}, backend=backend), torch.no_grad():
        return model(*inputs, **kwargs)


def test_shufflenet_v2_block_rewrite():
    from mmcls.models.backbones.shufflenet_v2 import InvertedResidual
    x = torch.rand(1, 16, 8, 8)
    for block in (InvertedResidual(16, 16), InvertedResidual(16, 32, 2)):
        block.eval()
        assert torch.equal(_rewritten(block, [x]), block(x))


def test_vision_transformer_rewrite_ncnn():
    from mmcls.models.backbones import VisionTransformer
    for options in (dict(), dict(with_cls_token=False, output_cls_token=False),
                    dict(output_cls_token=False, out_indices=[0, 1])):
        model = VisionTransformer(
            arch=dict(
                embed_dims=16,
                num_layers=2,
                num_heads=2,
                feedforward_channels=16),
            img_size=32,
            patch_size=16,
            **options)
        model.eval()
        x = torch.rand(1, 3, 32, 32)
        want = model(x)
        # The layer of ncnn has no value in PyTorch, so it is left out.
        cls = type(model.layers[0].attn)
        original = cls.forward
        with RewriterContext({}, backend='ncnn'), torch.no_grad():
            cls.forward, rewritten = original, cls.forward
            got = model(x)
            cls.forward = rewritten
        assert len(got) == len(want)
        for pair in zip(got, want, strict=False):
            a, b = ([v] if torch.is_tensor(v) else v for v in pair)
            assert len(a) == len(b)
            for found, expected in zip(a, b, strict=False):
                torch.testing.assert_close(found, expected)


def test_attention_rewrite_ncnn(tmp_path):
    from mmcls.models.utils.attention import MultiheadAttention
    attention = MultiheadAttention(16, 2).eval()
    x = torch.rand(1, 5, 16)
    export(
        WrapModel(attention, 'forward'),
        x,
        str(tmp_path / 'a'),
        backend='ncnn',
        input_names=['x'])
    model = onnx.load(str(tmp_path / 'a.onnx'))
    nodes = {n.op_type: n for n in model.graph.node}
    node = nodes['MultiHeadAttention']
    assert node.domain == 'mmdeploy' and len(node.input) == 11
    weights = {
        t.name: onnx.numpy_helper.to_array(t)
        for t in model.graph.initializer
    }
    found = _attention(x[0].numpy(), [weights.get(n) for n in node.input[3:]],
                       2)
    with torch.no_grad():
        np.testing.assert_allclose(found, attention(x)[0].numpy(), atol=1e-5)


def _attention(x, weights, heads):
    """What ncnn computes in this layer."""
    q, k, v = (
        (x @ w.T + b).reshape(len(x), heads, -1).transpose(1, 0, 2)
        for w, b in zip(weights[0:6:2], weights[1:6:2], strict=False))
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    scores /= scores.sum(-1, keepdims=True)
    out = (scores @ v).transpose(1, 0, 2).reshape(len(x), -1)
    return out @ weights[6].T + weights[7]


def test_classifier_and_head_rewrites():
    from mmcls.models import build_head
    for head in (dict(type='LinearClsHead', num_classes=4, in_channels=8),
                 dict(type='MultiLabelLinearClsHead', num_classes=4,
                      in_channels=8)):
        model = build_head(copy.deepcopy(head)).eval()
        x = torch.rand(2, 8)
        with torch.no_grad():
            want = np.stack(model.simple_test(x))
        with RewriterContext({}), torch.no_grad():
            got = model.simple_test(x)
        assert isinstance(got, torch.Tensor)
        np.testing.assert_allclose(got.numpy(), want, rtol=1e-6)


def test_base_classifier_rewrite():
    """The example of the documentation."""
    from mmcls.models.classifiers import BaseClassifier

    class Toy(BaseClassifier):

        def extract_feat(self, imgs):
            pass

        def forward_train(self, imgs):
            return 'train'

        def simple_test(self, img, **kwargs):
            return 'simple_test'

    model = Toy().eval()
    assert model(torch.rand(1)) == 'train'
    assert _rewritten(model, [torch.rand(1)]) == 'simple_test'
    assert _rewritten(model, [torch.rand(1)], return_loss=True) == (
        'simple_test')


def test_gap_rewrite():
    from mmcls.models.necks import GlobalAveragePooling
    neck = GlobalAveragePooling()
    x = torch.rand(2, 3, 4, 4)
    assert torch.equal(_rewritten(neck, [x]), neck(x))
    pair = _rewritten(neck, [(x, x)])
    assert isinstance(pair, tuple) and torch.equal(pair[1], neck(x))
    with pytest.raises(TypeError, match='neck inputs should be tuple or'):
        _rewritten(neck, [[x]])


def test_partition_is_not_supported(task):
    with pytest.raises(NotImplementedError, match='Not supported yet.'):
        task.get_partition_cfg('single_stage')
    assert task.get_tensor_from_input(dict(img=3)) == 3
    assert task.run_inference(DummyModel([1]), {}) == [1]


def test_a_model_of_another_code_base_is_refused():
    deploy = mmcv.Config(dict(backend_config=dict(type='onnxruntime'), onnx_config=dict(type='onnx'),
                              codebase_config=dict(type='mmcls', task='Classification')))
    with pytest.raises(ValueError, match="model.type is 'RetinaNet', which mmcls does not have; the deploy config is "
                       'for mmcls'):
        build_task_processor(mmcv.Config(dict(model=dict(type='RetinaNet'))), deploy, 'cpu')
