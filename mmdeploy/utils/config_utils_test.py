"""Tests of the readers of deploy configs."""
import logging

import mmcv
import pytest

import mmdeploy.utils as util
from mmdeploy.utils import Backend, Codebase, Task
from mmdeploy.utils.config_utils import get_part_axes


def _cfg(**kwargs):
    return mmcv.Config(
        dict(
            onnx_config=dict(
                input_names=['input'],
                output_names=['output'],
                dynamic_axes={'input': {0: 'batch', 2: 'h', 3: 'w'}}),
            codebase_config=dict(type='mmcls', task='Classification'),
            backend_config=dict(type='onnxruntime'),
            **kwargs))


def test_load_config(tmp_path):
    path = tmp_path / 'cfg.py'
    path.write_text("a = dict(b=1)")
    cfg = _cfg()
    plain = dict(a=1)
    loaded = util.load_config(str(path), cfg, plain)
    assert loaded[0].a.b == 1
    assert loaded[1] is cfg and loaded[2] is plain
    with pytest.raises(AssertionError):
        util.load_config()
    with pytest.raises(FileNotFoundError):
        util.load_config('no_such_file.py')
    with pytest.raises(TypeError, match='deploy_cfg must be a filename'):
        util.load_config(3)


def test_enumerations():
    assert util.get_task_type(_cfg()) is Task.CLASSIFICATION
    assert util.get_codebase(_cfg()) is Codebase.MMCLS
    assert util.get_backend(_cfg()) is Backend.ONNXRUNTIME
    with pytest.raises(KeyError, match='Cannot get key by value "x" of'):
        util.get_backend(dict(backend_config=dict(type='x')))


@pytest.mark.parametrize('get, name', [
    (util.get_backend, 'backend_config.type'),
    (util.get_codebase, 'codebase_config.type'),
    (util.get_task_type, 'codebase_config.task'),
])
def test_missing_section_is_explained(get, name):
    with pytest.raises(AssertionError) as error:
        get(mmcv.Config(dict()))
    section, key = name.split('.')
    text = str(error.value)
    assert text.startswith(f'deploy config: {name} is missing, allowed: ')
    assert text.endswith(f'add {section}=dict({key}=...) or inherit it by '
                         '_base_')


def test_ir_config_is_live_and_wins():
    cfg = _cfg()
    util.get_ir_config(cfg).input_names = ['image']
    assert cfg.onnx_config.input_names == ['image']
    cfg = _cfg(ir_config=dict(type='torchscript'))
    assert util.get_ir_config(cfg).type == 'torchscript'
    assert util.get_ir_config({}) == {}


def test_onnx_config_is_deprecated(caplog):
    logger = logging.getLogger('mmdeploy')
    logger.addHandler(caplog.handler)
    assert util.get_onnx_config({}) == {}
    logger.removeHandler(caplog.handler)
    assert 'will be deprecated in the future' in caplog.text
    with pytest.raises(AssertionError, match="ir_config.type is 'torchscr"):
        util.get_onnx_config(dict(ir_config=dict(type='torchscript')))


def test_dynamic():
    assert util.is_dynamic_batch(_cfg()) and util.is_dynamic_shape(_cfg())
    assert not util.is_dynamic_batch(_cfg(), 'other')
    cfg = _cfg()
    cfg.onnx_config.dynamic_axes = [[0, 2]]
    assert util.is_dynamic_batch(cfg) and not util.is_dynamic_shape(cfg)
    cfg.onnx_config.dynamic_axes = None
    assert not util.is_dynamic_batch(cfg)
    cfg.backend_config.type = 'torchscript'
    assert util.is_dynamic_shape(cfg)


def test_dynamic_axes():
    cfg = _cfg()
    assert util.get_dynamic_axes(cfg) == {'input': {0: 'batch', 2: 'h',
                                                    3: 'w'}}
    cfg.onnx_config.dynamic_axes = [[0], [1]]
    assert util.get_dynamic_axes(cfg) == dict(input=[0], output=[1])
    assert util.get_dynamic_axes(cfg, ['a', 'b']) == dict(a=[0], b=[1])
    del cfg.onnx_config['input_names'], cfg.onnx_config['output_names']
    with pytest.raises(KeyError, match='is a list without names'):
        util.get_dynamic_axes(cfg)
    with pytest.raises(KeyError, match='neither ir_config nor onnx_config'):
        util.get_dynamic_axes(dict())


def test_input_shape():
    cfg = _cfg()
    assert util.get_input_shape(cfg) is None
    cfg.onnx_config.input_shape = [32, 64]
    assert util.get_input_shape(cfg) == [32, 64]
    cfg.onnx_config.input_shape = [32]
    with pytest.raises(AssertionError, match='expected .width, height.'):
        util.get_input_shape(cfg)


def test_parts_are_open_where_the_model_is():
    part = dict(dynamic_axes=dict(input={0: 'batch', 1: 'channels', 3: 'width'}, feats={0: 'batch'}))
    assert get_part_axes(_cfg(), part) == dict(input={0: 'batch', 3: 'width'}, feats={0: 'batch'})
    static = _cfg()
    del static.onnx_config['dynamic_axes']
    assert get_part_axes(static, part) == dict(input={}, feats={0: 'batch'})
    assert get_part_axes(static, dict(start='f:input')) is None


def test_partition_and_calibration():
    assert util.cfg_apply_marks(_cfg()) is None
    assert util.get_partition_config(_cfg()) is None
    cfg = _cfg(partition_config=dict(apply_marks=True, type='two_stage'))
    assert util.cfg_apply_marks(cfg) is True
    assert util.get_partition_config(cfg).type == 'two_stage'
    cfg.partition_config.apply_marks = False
    assert util.get_partition_config(cfg) is None
    assert util.get_calib_filename(_cfg()) is None
    cfg = _cfg(calib_config=dict(create_calib=True))
    assert util.get_calib_filename(cfg) == 'calib_file.h5'


def test_backend_details():
    cfg = _cfg()
    assert util.get_common_config(cfg) == {}
    assert util.get_model_inputs(cfg) == []
    with pytest.raises(KeyError):
        util.get_model_inputs(dict())
