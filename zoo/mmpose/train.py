"""Trains the pose detector of stick figures and writes its checkpoint.

    python zoo/mmpose/train.py [--epochs 24] [--out zoo/mmpose/hrnet_stick_figures.pth]

Run from the repository's root. Two runs on one machine give the same bits.
"""
import argparse
import sys
import time
from pathlib import Path

import mmcv
import mmpose
import numpy as np
import torch
from mmpose.datasets import build_dataloader, build_dataset
from mmpose.models import build_posenet

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from make_stick_figures import make  # noqa: E402

SEED = 0
CONFIG = Path(__file__).with_name('hrnet_stick_figures.py')


def evaluate(model: torch.nn.Module, dataset: torch.utils.data.Dataset) -> dict[str, float]:
    """Return PCK, AUC and EPE on a data set."""
    loader = build_dataloader(dataset, 32, 0, dist=False, shuffle=False, drop_last=False)
    model.eval()
    with torch.no_grad():
        results = [model(batch['img'], img_metas=batch['img_metas'].data[0], return_loss=False) for batch in loader]
    return dataset.evaluate(results, metric=['PCK', 'AUC', 'EPE'])


def train(cfg: mmcv.Config, epochs: int) -> torch.nn.Module:
    """Train with Adam and a one-cycle schedule; print the accuracy."""
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    np.random.seed(SEED)
    model = build_posenet(cfg.model)
    data, test = (build_dataset(cfg.data[part], dict(test_mode=part == 'test')) for part in ('train', 'test'))
    loader = build_dataloader(data, cfg.data.samples_per_gpu, 0, dist=False, seed=SEED)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-3, total_steps=epochs * len(loader))
    begin = time.monotonic()
    for epoch in range(epochs):
        model.train()
        for batch in loader:
            # Maps of a peak in 384 pixels have a small mean square: the loss is scaled for the optimizer's epsilon.
            loss = 100 * model(batch['img'], batch['target'], batch['target_weight'],
                               batch['img_metas'].data[0])['heatmap_loss']
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        if (epoch + 1) % 4 == 0:
            found = ', '.join(f'{name} {value:.4f}' for name, value in evaluate(model, test).items())
            print(f'epoch {epoch + 1} of {epochs}, {time.monotonic() - begin:.0f} s: loss {loss.item():.4f}, test: '
                  f'{found}', flush=True)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--epochs', type=int, default=24)
    parser.add_argument('--out', type=Path, default=CONFIG.with_suffix('.pth'))
    args = parser.parse_args()
    cfg = mmcv.Config.fromfile(str(CONFIG))
    for part in ('train', 'test'):
        make(Path(cfg.data_root), part)
    model = train(cfg, args.epochs)
    torch.save(dict(meta=dict(mmpose_version=mmpose.__version__), state_dict=model.state_dict()), args.out)
    print(f'{args.out}: {args.out.stat().st_size / 1e6:.2f} MB')


if __name__ == '__main__':
    main()
