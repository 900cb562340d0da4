"""Tests of the functions that users call, on the classifier of the zoo."""
import importlib.util
import subprocess
import sys
from pathlib import Path

import cv2
import mmcv
import numpy as np
import onnx
import pytest
import torch

from mmdeploy.apis import (
    build_task_processor,
    create_calib_input_data,
    get_predefined_partition_cfg,
    inference_model,
    torch2onnx,
    torch2torchscript,
    visualize_model,
)
from mmdeploy.apis.onnx import export
from mmdeploy.apis.onnx.passes import optimize_onnx
from mmdeploy.core import FUNCTION_REWRITER, RewriterContext
from mmdeploy.utils import Backend
from mmdeploy.utils.test import WrapFunction, backend_checker, get_rewrite_outputs

ROOT = Path(__file__).parents[2]
DEPLOY = str(ROOT / 'configs/mmcls/classification_onnxruntime_dynamic.py')
MODEL = str(ROOT / 'zoo/mmcls/resnet18_digits.py')
CHECKPOINT = str(ROOT / 'zoo/mmcls/resnet18_digits.pth')
IMAGE = str(ROOT / 'zoo/mmcls/images/digit_7.png')


def _config(**updates):
    cfg = mmcv.Config.fromfile(DEPLOY)
    cfg.merge_from_dict(updates)
    return cfg


@pytest.fixture(scope='module')
def onnx_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp('onnx')
    torch2onnx(IMAGE, str(folder), 'model.onnx', DEPLOY, MODEL, CHECKPOINT,
               'cpu')
    assert [p.name for p in folder.iterdir()] == ['model.onnx']
    return str(folder / 'model.onnx')


def test_exported_model(onnx_file):
    model = onnx.load(onnx_file)
    onnx.checker.check_model(model)
    assert model.opset_import[0].version == 11
    dims = model.graph.input[0].type.tensor_type.shape.dim
    assert [d.dim_param or d.dim_value for d in dims] == [
        'batch', 3, 'height', 'width'
    ]
    assert [n.op_type for n in model.graph.node][-4:] == [
        'GlobalAveragePool', 'Flatten', 'Gemm', 'Softmax'
    ]


@backend_checker(Backend.ONNXRUNTIME)
def test_inference_of_paths_and_arrays(onnx_file):
    result = inference_model(MODEL, DEPLOY, [onnx_file], IMAGE, 'cpu')
    assert len(result) == 1 and int(result[0].argmax()) == 7
    other = str(ROOT / 'zoo/mmcls/images/digit_2.png')
    pair = inference_model(MODEL, DEPLOY, [onnx_file],
                           [cv2.imread(IMAGE), cv2.imread(other)], 'cpu')
    assert [int(scores.argmax()) for scores in pair] == [7, 2]
    np.testing.assert_allclose(pair[0], result[0], atol=1e-6)


@backend_checker(Backend.ONNXRUNTIME)
@pytest.mark.parametrize('backend', [Backend.ONNXRUNTIME, Backend.PYTORCH])
def test_visualize(onnx_file, backend, tmp_path):
    model = {Backend.ONNXRUNTIME: onnx_file, Backend.PYTORCH: CHECKPOINT}
    picture = str(tmp_path / 'out.jpg')
    visualize_model(
        MODEL, DEPLOY, model[backend], IMAGE, 'cpu', backend, picture)
    assert cv2.imread(picture) is not None
    with pytest.raises(AssertionError, match='expected a path, a list of'):
        visualize_model(MODEL, DEPLOY, [], IMAGE, 'cpu', backend, picture)


def test_torchscript(tmp_path):
    cfg = _config()
    torch2torchscript(IMAGE, str(tmp_path), 'end2end.pt', cfg, MODEL,
                      CHECKPOINT, 'cpu')
    assert [p.name for p in tmp_path.iterdir()] == ['end2end.pt']
    module = torch.jit.load(str(tmp_path / 'end2end.pt'))
    task = build_task_processor(mmcv.Config.fromfile(MODEL), cfg, 'cpu')
    data, (tensor, ) = task.create_input(IMAGE)
    want = task.init_pytorch_model(CHECKPOINT)(**data, return_loss=False)[0]
    np.testing.assert_allclose(module(tensor)[0].numpy(), want, atol=1e-6)


def test_configs_are_not_modified(tmp_path):
    deploy_cfg, model_cfg = _config(), mmcv.Config.fromfile(MODEL)
    before = deploy_cfg.dump(), model_cfg.dump()
    torch2onnx(IMAGE, str(tmp_path), 'a.onnx', deploy_cfg, model_cfg,
               CHECKPOINT, 'cpu')
    assert (deploy_cfg.dump(), model_cfg.dump()) == before


class _Broken(torch.nn.Module):

    def forward(self, x):
        raise RuntimeError('broken on purpose')


def test_failed_export_leaves_nothing(tmp_path):
    original = torch.onnx.utils._model_to_graph
    with pytest.raises(RuntimeError, match='broken on purpose'):
        export(_Broken(), torch.rand(1), str(tmp_path / 'a'))
    assert list(tmp_path.iterdir()) == []
    assert torch.onnx.utils._model_to_graph is original
    # Not even `forward` stays bound to the metas.
    broken = _Broken()
    with pytest.raises(TypeError):
        export(broken, torch.rand(1), str(tmp_path / 'a'),
               input_metas=dict(y=1))
    assert 'forward' not in vars(broken)


def test_context_of_an_export_sees_the_file_and_the_call(tmp_path):
    seen = {}

    @FUNCTION_REWRITER.register_rewriter('torch.erf')
    def erf(ctx, x):
        seen.update(ctx.cfg['ir_config'], backend=ctx.cfg['backend_config'])
        return ctx.origin_func(x)

    try:
        export(
            WrapFunction(lambda x: torch.erf(x)),
            torch.rand(2),
            str(tmp_path / 'a'),
            backend='ncnn',
            opset_version=12,
            context_info=dict(
                cfg=dict(ignored=True),
                deploy_cfg=dict(onnx_config=dict(input_shape=[3, 4]))))
    finally:
        del FUNCTION_REWRITER._registry._rewrite_records['torch.erf']
    assert seen['input_shape'] == [3, 4] and seen['opset_version'] == 12
    assert seen['backend'] == dict(type='ncnn')


def test_custom_passes(tmp_path):
    calls = []

    def passes(ctx, graph, params_dict, torch_out):
        calls.append(len(list(graph.nodes())))
        return optimize_onnx(ctx, graph, params_dict, torch_out)

    path = str(tmp_path / 'a.onnx')
    with RewriterContext({}, onnx_custom_passes=passes):
        torch.onnx.export(
            WrapFunction(torch.relu), torch.rand(2), path)
    assert calls == [1]
    with pytest.raises(AssertionError, match='onnx_custom_passes is int'):
        with RewriterContext({}, onnx_custom_passes=3):
            torch.onnx.export(WrapFunction(torch.relu), torch.rand(2), path)
    with pytest.raises(AssertionError, match=r'returned NoneType, expected the triple \(graph, params_dict, torch_out'):
        with RewriterContext({}, onnx_custom_passes=lambda *_: None):
            torch.onnx.export(WrapFunction(torch.relu), torch.rand(2), path)


def test_custom_passes_need_no_import():
    code = ('import io, sys, torch\n'
            'from mmdeploy.core import RewriterContext\n'
            'calls = []\n'
            'with RewriterContext({}, onnx_custom_passes=lambda ctx, *rest: calls.append(1) or rest):\n'
            '    torch.onnx.export(torch.nn.ReLU(), torch.ones(2), io.BytesIO())\n'
            'assert calls == [1] and "mmdeploy.apis.onnx" not in sys.modules, calls\n')
    subprocess.run([sys.executable, '-c', code], check=True, cwd=ROOT)


def test_calibration_data(tmp_path):
    import h5py
    folder = tmp_path / 'digits' / '7'
    folder.mkdir(parents=True)
    cv2.imwrite(str(folder / '0.png'), cv2.imread(IMAGE))
    model_cfg = mmcv.Config.fromfile(MODEL)
    model_cfg.data.val.data_prefix = str(tmp_path / 'digits')
    model_cfg.data.val.classes = ['7']
    path = str(tmp_path / 'calib.h5')
    create_calib_input_data(path, DEPLOY, model_cfg, CHECKPOINT)
    with h5py.File(path) as file:
        assert file['calib_data/end2end/input/0'].shape == (1, 3, 32, 32)


def test_partition_is_not_supported():
    with pytest.raises(NotImplementedError, match='Not supported yet.'):
        get_predefined_partition_cfg(_config(), 'two_stage')


@backend_checker(Backend.ONNXRUNTIME)
def test_rewrite_outputs_of_a_function():
    cfg = mmcv.Config(
        dict(
            onnx_config=dict(
                type='onnx', input_names=['x'], output_names=['y']),
            backend_config=dict(type='onnxruntime')))
    x = torch.randn(2, 3)
    outputs, is_backend = get_rewrite_outputs(
        WrapFunction(torch.relu), dict(input=x), cfg)
    assert is_backend and torch.equal(outputs[0], torch.relu(x))


def test_checkpoint_that_does_not_fit(tmp_path):
    model_cfg = mmcv.Config.fromfile(MODEL)
    model_cfg.model.head.num_classes = 4
    with pytest.raises(ValueError) as error:
        torch2onnx(IMAGE, str(tmp_path), 'a.onnx', DEPLOY, model_cfg,
                   CHECKPOINT, 'cpu')
    assert str(error.value) == (
        f"checkpoint {CHECKPOINT!r} does not fit the model: 'head.fc.weight' "
        'has shape 10x64, the model needs 4x64 (and 1 more); use the model '
        'config that the checkpoint was trained with')
    assert list(tmp_path.iterdir()) == []


def test_deploy_config_errors(tmp_path, monkeypatch):
    args = (IMAGE, str(tmp_path), 'a.onnx')
    cfg = _config()
    cfg.pop('backend_config')
    with pytest.raises(AssertionError, match='backend_config.type is missing'):
        torch2onnx(*args, cfg, MODEL, CHECKPOINT, 'cpu')
    cfg = _config()
    cfg.onnx_config.pop('input_names')
    with pytest.raises(KeyError, match='onnx_config.input_names is missing'):
        torch2onnx(*args, cfg, MODEL, CHECKPOINT, 'cpu')
    with pytest.raises(KeyError, match="codebase_config.task is 'Segmentatio"):
        torch2onnx(*args, _config(**{'codebase_config.task': 'Segmentation'}),
                   MODEL, CHECKPOINT, 'cpu')
    monkeypatch.setattr(importlib.util, 'find_spec', lambda name: None)
    with pytest.raises(ImportError, match='mmrotate has not been installed'):
        torch2onnx(*args, _config(**{'codebase_config.type': 'mmrotate'}),
                   MODEL, CHECKPOINT, 'cpu')


def test_calibration_that_fails_leaves_no_file(tmp_path):
    from mmdeploy.apis.utils import create_calib_input_data as write

    def fail(sample):
        raise KeyError('no such key')

    path = tmp_path / 'calib.h5'
    path.write_bytes(b'old')
    with pytest.raises(KeyError):
        write(str(path), None, torch.utils.data.DataLoader([1, 2]), get_tensor_func=fail)
    assert path.read_bytes() == b'old' and list(tmp_path.iterdir()) == [path]
