"""Tests of the engines' Python side."""
import json
import logging
from pathlib import Path

import mmcv
import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper

from mmdeploy.backend.base import (
    BACKEND_WRAPPER,
    BaseWrapper,
    get_backend_file_count,
    get_backend_manager,
    get_backend_wrapper_class,
    list_backends,
)
from mmdeploy.backend.base.native import split_device
from mmdeploy.backend.sdk.export_info import export2SDK, get_pipeline, get_preprocess, get_task
from mmdeploy.utils import Backend
from mmdeploy.utils.test import backend_checker
from mmdeploy.utils.timer import TimeCounter

ROOT = Path(__file__).parents[2]
DEPLOY = str(ROOT / 'configs/mmcls/classification_onnxruntime_dynamic.py')
MODEL = str(ROOT / 'zoo/mmcls/resnet18_digits.py')


def test_backends_are_folders():
    assert {'onnxruntime', 'sdk'} <= set(list_backends())
    with pytest.raises(
            NotImplementedError,
            match='Unknown backend type: pytorch; supported: .*onnxruntime'):
        get_backend_manager(Backend.PYTORCH)


def test_missing_engine_is_explained(monkeypatch):
    from mmdeploy.backend.base import native

    class Native:

        @staticmethod
        def engine_version(name):
            raise RuntimeError(f'{name} needs libx.so, install it')

    monkeypatch.setattr(native, 'import_native', lambda: Native)
    manager = get_backend_manager(Backend.ONNXRUNTIME)
    assert native.get_engine_version('onnxruntime') is None
    assert not manager.is_available()
    assert manager.explain_missing() == (
        'onnxruntime needs libx.so, install it')


def test_missing_module_is_explained(monkeypatch):
    from mmdeploy.backend.base import native
    monkeypatch.setattr(native, 'is_native_available', lambda *_: False)
    text = get_backend_manager(Backend.ONNXRUNTIME).explain_missing()
    assert text.startswith(
        'mmdeploy_python is not installed and not in build/lib: build it')


def test_split_device():
    assert split_device('cpu') == ('cpu', 0)
    assert split_device('cuda:3') == ('cuda', 3)
    with pytest.raises(ValueError, match="device is 'cuda:x', expected"):
        split_device('cuda:x')


def test_base_wrapper():

    class Wrapper(BaseWrapper):

        def forward(self, inputs):
            return dict(b=inputs['x'], a=inputs['x'] + 1)

    wrapper = Wrapper(['a', 'b'])
    x = torch.zeros(1)
    assert [t.item() for t in wrapper.output_to_list(wrapper(dict(x=x)))] == [
        1, 0
    ]
    wrapper.output_names = ['b']
    assert wrapper.output_names == ['b']
    with pytest.raises(TypeError):
        BaseWrapper([])


@pytest.fixture
def onnx_file(tmp_path):
    value = helper.make_tensor_value_info
    graph = helper.make_graph([
        helper.make_node('Add', ['a', 'b'], ['sum']),
        helper.make_node('Mul', ['a', 'b'], ['product'])
    ], 'g', [
        value('a', TensorProto.INT64, ['n']),
        value('b', TensorProto.INT64, ['n'])
    ], [
        value('sum', TensorProto.INT64, ['n']),
        value('product', TensorProto.INT64, ['n'])
    ])
    path = str(tmp_path / 'model.onnx')
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8)
    onnx.save(model, path)
    return path


@backend_checker(Backend.ONNXRUNTIME)
def test_onnxruntime_wrapper(onnx_file):
    cls = get_backend_wrapper_class(Backend.ONNXRUNTIME)
    assert get_backend_file_count(Backend.ONNXRUNTIME) == 1
    assert 'onnxruntime' in BACKEND_WRAPPER.module_dict
    assert 'onnxruntime' in TimeCounter.names
    wrapper = cls(onnx_file, 'cpu')
    assert list(wrapper.output_names) == ['sum', 'product']
    # Not contiguous on purpose.
    a, b = torch.arange(6)[::2], torch.tensor([10, 20, 30])
    outputs = wrapper(dict(a=a, b=b))
    assert outputs['sum'].tolist() == [10, 22, 34]
    assert outputs['product'].dtype == torch.int64
    named = cls(onnx_file, 'cpu', ['product'])
    assert [t.tolist() for t in named.output_to_list(outputs)] == [[
        0, 40, 120
    ]]
    with pytest.raises(RuntimeError, match="input 'b' is missing"):
        wrapper(dict(a=a))
    with pytest.raises(RuntimeError, match="there is no input 'c'"):
        wrapper(dict(a=a, b=b, c=b))
    with pytest.raises(RuntimeError, match='no_such.onnx'):
        cls('no_such.onnx', 'cpu')


@backend_checker(Backend.SDK)
def test_sdk_wrapper_errors(tmp_path):
    from mmdeploy.backend.sdk import SDKWrapper
    with pytest.raises(NotImplementedError, match="the SDK has no task 'Foo'"):
        SDKWrapper(str(tmp_path), 'Foo', 'cpu')
    with pytest.raises(RuntimeError):
        SDKWrapper(str(tmp_path / 'missing'), 'Classifier', 'cpu')
    with pytest.raises(AssertionError, match='requires deploy_cfg'):
        get_backend_manager(Backend.SDK).build_wrapper(['x'], 'cpu')


def test_export2sdk_files(tmp_path):
    model_cfg = mmcv.Config.fromfile(MODEL)
    before = model_cfg.dump()
    export2SDK(DEPLOY, model_cfg, str(tmp_path / 'new'), pth='a.pth')
    assert sorted(p.name for p in (tmp_path / 'new').iterdir()) == [
        'deploy.json', 'detail.json', 'pipeline.json'
    ]
    assert model_cfg.dump() == before
    deploy, pipeline, detail = (
        json.loads((tmp_path / 'new' / f'{name}.json').read_text())
        for name in ('deploy', 'pipeline', 'detail'))
    assert deploy['version'] == '0.7.0' and deploy['task'] == 'Classifier'
    assert deploy['producer']['name'] == 'mmdeploy'
    assert deploy['models'] == [
        dict(
            name='resnet',
            net='end2end.onnx',
            weights='',
            backend='onnxruntime',
            precision='FP32',
            batch_size=1,
            dynamic_shape=True)
    ]
    pre, net, post = pipeline['pipeline']['tasks']
    assert [t['type'] for t in pre['transforms']] == [
        'LoadImageFromFile', 'Resize', 'CenterCrop', 'Normalize',
        'ImageToTensor', 'Collect'
    ]
    assert pre['transforms'][1] == dict(
        type='Resize', size=[36, -1], backend='pillow')
    assert net['input_map'] == dict(img='input')
    assert post['component'] == 'LinearClsHead' and post['params'][
        'topk'] == 5 and 'type' not in post['params']
    assert post['input'] == ['infer_output']
    assert detail['codebase']['pth'] == 'a.pth'
    assert detail['codebase']['config'] == MODEL
    assert detail['onnx_config']['save_file'] == 'end2end.onnx'
    assert detail['calib_config'] == {}


def test_engine_options_reach_the_sdk_model(tmp_path):
    cfg = mmcv.Config.fromfile(DEPLOY)
    cfg.backend_config.engine_options = dict(graph_optimization_level='basic')
    export2SDK(cfg, MODEL, str(tmp_path), pth='')
    models = json.loads((tmp_path / 'deploy.json').read_text())['models']
    assert models[0]['engine_options'] == dict(graph_optimization_level='basic')


def test_other_heads_keep_their_name():
    model_cfg = mmcv.Config.fromfile(MODEL)
    model_cfg.model.head.type = 'VisionTransformerClsHead'
    tasks = get_pipeline(DEPLOY, model_cfg, '')['pipeline']['tasks']
    assert tasks[2]['component'] == 'VisionTransformerClsHead'


def test_meta_keys_are_ordered_and_unique():
    model_cfg = mmcv.Config.fromfile(MODEL)
    model_cfg.data.test.pipeline[-1].meta_keys = ('own', 'flip')
    keys = get_preprocess(DEPLOY, model_cfg)['transforms'][-1]['meta_keys']
    assert keys == [
        'filename', 'ori_filename', 'ori_shape', 'img_shape', 'pad_shape',
        'scale_factor', 'flip', 'flip_direction', 'img_norm_cfg',
        'valid_ratio', 'own'
    ]


def test_augmentation_is_flattened():
    model_cfg = mmcv.Config.fromfile(MODEL)
    pipeline = model_cfg.data.test.pipeline
    model_cfg.data.test.pipeline = [
        pipeline[0],
        dict(
            type='MultiScaleFlipAug',
            img_scale=(1333, 800),
            flip=False,
            transforms=[
                dict(type='Resize', keep_ratio=True),
                dict(type='RandomFlip'), *pipeline[3:]
            ])
    ]
    transforms = get_preprocess(DEPLOY, model_cfg)['transforms']
    assert transforms[1] == dict(
        type='Resize', keep_ratio=True, size=[800, 1333])
    assert 'RandomFlip' not in [t['type'] for t in transforms]


def test_pipeline_without_loading():
    class Task:

        def get_preprocess(self):
            return [dict(type='Resize')]

    with pytest.raises(
            AssertionError,
            match='The first item type of pipeline should be LoadImageFromF'):
        get_preprocess(DEPLOY, MODEL, Task())


def test_backend_that_makes_no_sdk_model(tmp_path):
    cfg = mmcv.Config.fromfile(DEPLOY)
    cfg.backend_config.type = 'sdk'
    with pytest.raises(
            NotImplementedError, match='Not supported backend: sdk.'):
        export2SDK(cfg, MODEL, str(tmp_path), pth='')
    assert list(tmp_path.iterdir()) == []


def test_missing_codebase_is_a_warning(monkeypatch, caplog):
    import importlib

    def fail(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, 'import_module', fail)
    logger = logging.getLogger('mmdeploy')
    logger.addHandler(caplog.handler)
    assert get_task(DEPLOY)['version'] is None
    logger.removeHandler(caplog.handler)
    assert 'can not import the module: mmcls' in caplog.text


def test_numbers_of_numpy_are_written(tmp_path):
    cfg = mmcv.Config.fromfile(MODEL)
    cfg.data.test.pipeline[3].mean = np.array([1.5, 2, 3])
    export2SDK(DEPLOY, cfg, str(tmp_path), pth='')
    text = json.loads((tmp_path / 'pipeline.json').read_text())
    assert text['pipeline']['tasks'][0]['transforms'][3]['mean'] == [1.5, 2, 3]
