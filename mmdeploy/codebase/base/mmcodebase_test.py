"""Tests of what the data sets, loaders and models of code bases have in common."""
import mmcv
import pytest

from mmdeploy.codebase.base.mmcodebase import build_loader, get_dataset_part, taking_cfg_options


def _record(*args, **kwargs):
    return args, kwargs


@pytest.mark.parametrize('has_gpu', [False, True])
@pytest.mark.parametrize('workers', [0, 2])
def test_a_loader_gets_what_this_machine_can_do(monkeypatch, has_gpu, workers):
    monkeypatch.setattr('torch.cuda.is_available', lambda: has_gpu)
    args, options = build_loader(_record, 'data set', 4, workers, 2, shuffle=True, prefetch_factor=3)
    assert args == ('data set', 4, workers)
    assert options == dict(num_gpus=2, dist=False, shuffle=True, seed=None, drop_last=False, prefetch_factor=3,
                           pin_memory=has_gpu, persistent_workers=workers > 0)
    assert not build_loader(_record, 'data set', 4, 2, pin_memory=False, persistent_workers=False)[1]['pin_memory']


def test_a_part_of_the_data_is_a_copy():
    cfg = mmcv.Config(dict(data=dict(val=dict(type='A', pipeline=[dict(type='B')]), samples_per_gpu=2)))
    part = get_dataset_part(cfg, 'val')
    part.pipeline[0]['type'] = 'C'
    assert cfg.data.val.pipeline[0]['type'] == 'B'
    with pytest.raises(AssertionError, match='data.test is missing, found: samples_per_gpu, val'):
        get_dataset_part(cfg, 'test')


@pytest.mark.parametrize('options, depth', [(None, 50), ({'model.depth': 18}, 18)])
def test_options_are_put_into_the_config(options, depth):
    init = taking_cfg_options(lambda config, checkpoint, device: (config.model.depth, checkpoint, device))
    assert init(mmcv.Config(dict(model=dict(depth=50))), 'a.pth', 'cpu', options) == (depth, 'a.pth', 'cpu')
