"""Misspelt keys are named; foreign ones are nobody's business."""
from pathlib import Path

import mmcv
import pytest

from mmdeploy.utils.deploy_keys import check_deploy_keys

CONFIGS = Path(__file__).parents[2] / 'configs'


@pytest.mark.parametrize('change, message', [
    ({'codebase_config.post_processing.score_treshold': 0.9, 'codebase_config.post_processing.score_threshold': None},
     'codebase_config.post_processing.score_treshold is read by nobody; did you mean score_threshold?'),
    ({'codebase_config.tille': 3}, 'codebase_config.tille is read by nobody; did you mean tile?'),
    ({'codbase_config': {}, 'codebase_config': None},
     'codbase_config is read by nobody; did you mean codebase_config?'),
    ({'onnx_config.opset_versoin': 13, 'onnx_config.opset_version': None},
     'onnx_config.opset_versoin is read by nobody; did you mean opset_version?'),
    ({'codebase_config.post_processing.keep_top_k': 'viele'}, "keep_top_k is 'viele', allowed: a number"),
])
def test_misspelt_keys_are_refused(change, message):
    cfg = mmcv.Config.fromfile(CONFIGS / 'mmdet/detection/detection_onnxruntime_dynamic.py')._cfg_dict.to_dict()
    for path, value in change.items():
        *parents, key = path.split('.')
        section = cfg
        for parent in parents:
            section = section[parent]
        if value is None:
            del section[key]
        else:
            section[key] = value
    with pytest.raises(ValueError, match=message.replace('?', r'\?')):
        check_deploy_keys(cfg)


def test_all_shipped_configs_are_accepted():
    paths = [path for path in CONFIGS.rglob('*.py') if '_base_' not in path.parts]
    assert len(paths) > 100
    for path in paths:
        check_deploy_keys(mmcv.Config.fromfile(path)._cfg_dict.to_dict())


def test_foreign_keys_are_accepted():
    check_deploy_keys(dict(work_dir='x', codebase_config=dict(type='mmcls', task='Classification', note='mine')))
    check_deploy_keys(dict(codebase_config=None, onnx_config='damaged'))
