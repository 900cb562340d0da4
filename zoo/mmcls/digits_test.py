"""Tests of the zoo's classifier of digits."""
import importlib.util
from pathlib import Path

import cv2
import mmcv
import numpy as np
import torch

FOLDER = Path(__file__).parent


def _load(name):
    spec = importlib.util.spec_from_file_location(name, FOLDER / f'{name}.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_split_is_fixed_and_accuracy_holds(tmp_path):
    from mmcls.apis import init_model
    from mmcls.datasets import build_dataset
    make_digits = _load('make_digits').make_digits
    make_digits(tmp_path)
    files = {part: sorted((tmp_path / part).rglob('*.png'))
             for part in ('train', 'test')}
    assert (len(files['train']), len(files['test'])) == (1437, 360)
    names = {part: {f.name for f in found} for part, found in files.items()}
    assert not names['train'] & names['test']
    assert files['test'][0].name == '0078.png'

    cfg = mmcv.Config.fromfile(str(FOLDER / 'resnet18_digits.py'))
    cfg.data.test.data_prefix = str(tmp_path / 'test')
    dataset = build_dataset(cfg.data.test)
    model = init_model(cfg, str(FOLDER / 'resnet18_digits.pth'), 'cpu')
    images = torch.stack([dataset[i]['img'] for i in range(len(dataset))])
    with torch.no_grad():
        scores = model.simple_test(images, post_process=False)
    right = scores.argmax(1).numpy() == np.asarray(dataset.get_gt_labels())
    assert right.mean() >= 0.97


def test_checkpoint_is_small_and_samples_are_held_out():
    assert (FOLDER / 'resnet18_digits.pth').stat().st_size <= 2_000_000
    for path in (FOLDER / 'images').glob('*.png'):
        assert cv2.imread(str(path)).shape == (128, 128, 3)
