"""Tests of what is read from deploy configs for OpenVINO."""
import mmcv
import pytest

from mmdeploy.utils import Backend
from mmdeploy.utils.test import backend_checker

pytestmark = backend_checker(Backend.OPENVINO)


def _config(opt_shapes=None, **options):
    backend = dict(type='openvino', **options)
    if opt_shapes is not None:
        backend['model_inputs'] = [dict(opt_shapes=opt_shapes)]
    return mmcv.Config(dict(backend_config=backend, onnx_config=dict(input_names=['input'])))


def test_shapes_of_inputs():
    from mmdeploy.apis.openvino import get_input_info_from_cfg
    expected = {'input': [1, 3, 8, 8]}
    assert get_input_info_from_cfg(_config(dict(input=[1, 3, 8, 8]))) == expected
    assert get_input_info_from_cfg(_config([[1, 3, 8, 8]])) == expected
    cfg = _config(dict(other=[1, 3, 8, 8]))
    assert get_input_info_from_cfg(cfg) == expected
    assert list(cfg.backend_config.model_inputs[0].opt_shapes) == ['other'], 'the config was changed'
    with pytest.raises(KeyError, match='backend_config.model_inputs is missing'):
        get_input_info_from_cfg(_config())
    with pytest.raises(KeyError):
        get_input_info_from_cfg(mmcv.Config(dict(onnx_config=dict())))
    nameless = _config([[1, 3, 8, 8]])
    nameless.onnx_config = dict()
    with pytest.raises(KeyError, match='opt_shapes is a list without names'):
        get_input_info_from_cfg(nameless)


def test_names_are_paired_in_order():
    from mmdeploy.apis.openvino import update_input_names
    given = dict(a=[1], x=[2], b=[3])
    assert update_input_names(given, ['x', 'y', 'z']) == dict(y=[1], x=[2], z=[3])
    assert given == dict(a=[1], x=[2], b=[3])


def test_options():
    from mmdeploy.apis.openvino import get_mo_options_from_cfg
    options = get_mo_options_from_cfg(
        _config(mo_options=dict(args={'--mean_values': [0, 0, 0], '--data_type': 'FP32'}, flags=['--disable_fusing'])))
    assert options.get_options() == '--mean_values="[0, 0, 0]" --data_type=FP32 --disable_fusing'
    assert options.get_engine_options() == {
        '--mean_values': '[0, 0, 0]', '--data_type': 'FP32', '--disable_fusing': ''}
    assert get_mo_options_from_cfg(_config()).get_options() == ''
    with pytest.raises(ValueError, match=r"mo_options has the keys \['arguments'\], allowed: \"args\""):
        get_mo_options_from_cfg(_config(mo_options=dict(arguments={})))
