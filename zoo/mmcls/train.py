"""Trains the classifier of digits and writes its checkpoint.

    python zoo/mmcls/train.py [--epochs 40] [--out zoo/mmcls/resnet18_digits.pth]

Run from the repository's root. Two runs on one machine give the same bits; other
versions of PyTorch or numbers of threads round differently.
"""
import argparse
import random
from pathlib import Path

import mmcls
import mmcv
import numpy as np
import torch
from make_digits import make_digits
from mmcls.datasets import build_dataset
from mmcls.models import build_classifier

SEED = 0
CONFIG = Path(__file__).with_name('resnet18_digits.py')


def load_split(cfg: mmcv.Config, part: str) -> dict[str, torch.Tensor]:
    """Return all images [N, 3, 32, 32] and labels [N] of a split."""
    dataset = build_dataset(cfg.data[part])
    return dict(
        img=torch.stack([dataset[i]['img'] for i in range(len(dataset))]),
        label=torch.from_numpy(np.asarray(dataset.get_gt_labels())))


def accuracy(model: torch.nn.Module, split: dict[str, torch.Tensor]) -> float:
    """Return the top-1 accuracy in percent."""
    model.eval()
    with torch.no_grad():
        scores = model.simple_test(split['img'], post_process=False)
    return 100 * (scores.argmax(1) == split['label']).float().mean().item()


def train(cfg: mmcv.Config, epochs: int) -> torch.nn.Module:
    """Train with SGD and a one-cycle schedule; print the accuracy."""
    # Transforms draw from all three.
    torch.manual_seed(SEED)
    random.seed(SEED)
    np.random.seed(SEED)
    model = build_classifier(cfg.model)
    model.init_weights()
    test_split = load_split(cfg, 'test')
    batch = cfg.data.samples_per_gpu
    optimizer = torch.optim.SGD(
        model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    steps = len(build_dataset(cfg.data.train)) // batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.2, total_steps=epochs * steps)
    for epoch in range(epochs):
        # Random crops differ from epoch to epoch.
        split = load_split(cfg, 'train')
        order = torch.randperm(len(split['label']))
        model.train()
        for step in range(steps):
            chosen = order[step * batch:(step + 1) * batch]
            loss = model.forward_train(
                split['img'][chosen], gt_label=split['label'][chosen])['loss']
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        if (epoch + 1) % 5 == 0:
            print(f'epoch {epoch + 1}: loss {loss.item():.4f}, '
                  f'top-1 on test {accuracy(model, test_split):.2f} %')
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--epochs', type=int, default=40)
    parser.add_argument(
        '--out', type=Path, default=CONFIG.with_suffix('.pth'))
    args = parser.parse_args()
    cfg = mmcv.Config.fromfile(str(CONFIG))
    make_digits(Path(cfg.data.train.data_prefix).parent)
    model = train(cfg, args.epochs)
    meta = dict(CLASSES=cfg.classes, mmcls_version=mmcls.__version__)
    torch.save(dict(meta=meta, state_dict=model.state_dict()), args.out)
    print(f'{args.out}: {args.out.stat().st_size / 1e6:.2f} MB')


if __name__ == '__main__':
    main()
