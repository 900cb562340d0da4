"""Every documented deploy config is there and says what the documentation says.

`deploy_configs.json` has a row per file (Python interface, appendix B): what `describe` makes of the loaded config.
"""
import json
from pathlib import Path

import mmcv
import pytest

CONFIGS = Path(__file__).parents[2] / 'configs'
ROWS = json.loads((Path(__file__).parent / 'deploy_configs.json').read_text())


def _list(values) -> str:
    return ','.join(map(str, values))


def _shape(values) -> str:
    return 'x'.join(map(str, values))


def _ir(cfg: mmcv.Config) -> dict:
    key = next((key for key in ('onnx_config', 'ir_config') if key in cfg), None)
    if key is None:
        return {}
    ir = cfg[key]
    found = dict(ir=f"{key} {ir.type} {ir.save_file} {_list(ir.input_names)}->{_list(ir.output_names)}",
                 shape=list(ir.input_shape) if ir.input_shape else None)
    if key == 'onnx_config':
        found['export'] = [ir.export_params, ir.keep_initializers_as_inputs, ir.opset_version, ir.optimize]
    if 'dynamic_axes' in ir:
        found['axes'] = '; '.join(f'{name}:{_list(sorted(axes))}' for name, axes in ir.dynamic_axes.items())
    return found


def _backend(backend: dict) -> dict:
    found = {key: value for key, value in backend.items()
             if key in ('type', 'precision', 'use_vulkan', 'common_config', 'model_inputs')}
    if 'pipeline' in backend:
        found['pipeline'] = [step['type'] for step in backend['pipeline']]
    return found


def describe(cfg: mmcv.Config) -> dict:
    """Return what of a deploy config is documented."""
    cfg = mmcv.Config(cfg._cfg_dict.to_dict())
    plain = cfg._cfg_dict.to_dict()
    found = _ir(cfg)
    if 'backend_config' in plain:
        found['backend'] = _backend(plain['backend_config'])
    for key in ('codebase_config', 'partition_config', 'calib_config'):
        if key in plain:
            found[key] = plain[key]
    return json.loads(json.dumps(found))


@pytest.mark.parametrize('name', ROWS)
def test_config_is_as_documented(name):
    assert describe(mmcv.Config.fromfile(CONFIGS / name)) == ROWS[name]
