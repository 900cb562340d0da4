"""Trains the segmentor of digits on photographs and writes its checkpoint.

    python zoo/mmseg/train.py [--epochs 20] [--out zoo/mmseg/unet_digits.pth]

Run from the repository's root. Two runs on one machine give the same bits.
"""
import argparse
import sys
import time
from pathlib import Path

import mmcv
import mmseg
import numpy as np
import torch
from mmseg.models import build_segmentor

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from make_digits_on_photos import DIGITS, SIZE  # noqa: E402

from zoo.photos import normalised, scenes  # noqa: E402

SEED, IMAGES = 0, 1200
CONFIG = Path(__file__).with_name('unet_digits.py')


def load(part: str, count: int, norm: dict) -> tuple[torch.Tensor, torch.Tensor]:
    """Return images [N, 3, H, W] and label maps [N, 1, H, W]."""
    found = list(scenes(part, count, SIZE, DIGITS))
    labels = np.stack([scene.label_map(DIGITS) for scene in found])
    return torch.from_numpy(normalised(found, norm)), torch.from_numpy(labels).long().unsqueeze(1)


def mean_iou(model: torch.nn.Module, images: torch.Tensor, labels: torch.Tensor, classes: int) -> float:
    """Return the mean intersection over union, in percent."""
    model.eval()
    with torch.no_grad():
        found = torch.cat([model.encode_decode(part, None).argmax(1) for part in images.split(50)])
    both = torch.bincount((labels[:, 0] * classes + found).flatten(), minlength=classes**2).reshape(classes, classes)
    hit = both.diagonal()
    return 100 * (hit / (both.sum(0) + both.sum(1) - hit)).mean().item()


def augment(images: torch.Tensor, labels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Move a batch by some pixels and change its brightness."""
    dy, dx = (int(x) for x in torch.randint(-8, 9, (2, )))
    images, labels = (torch.roll(x, (dy, dx), (2, 3)) for x in (images, labels))
    return images * (0.8 + 0.4 * torch.rand(len(images), 1, 1, 1)) + 0.2 * torch.randn(len(images), 1, 1, 1), labels


def train(cfg: mmcv.Config, epochs: int) -> torch.nn.Module:
    """Train with Adam and a one-cycle schedule; print the accuracy."""
    torch.manual_seed(SEED)
    np.random.seed(SEED)
    model = build_segmentor(cfg.model)
    model.init_weights()
    images, labels = load('train', IMAGES, cfg.img_norm_cfg)
    test = load('test', 200, cfg.img_norm_cfg)
    batch = cfg.data.samples_per_gpu
    steps = IMAGES // batch
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=epochs * steps)
    begin = time.monotonic()
    for epoch in range(epochs):
        model.train()
        for chosen in torch.randperm(IMAGES)[:steps * batch].split(batch):
            x, y = augment(images[chosen], labels[chosen])
            losses = model.forward_train(x, [dict()] * len(x), y)
            loss = losses['decode.loss_ce']
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        if (epoch + 1) % 2 == 0:
            print(f'epoch {epoch + 1} of {epochs}, {time.monotonic() - begin:.0f} s: loss {loss.item():.4f}, '
                  f'mIoU on test {mean_iou(model, *test, len(cfg.classes)):.2f} %', flush=True)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--epochs', type=int, default=20)
    parser.add_argument('--out', type=Path, default=CONFIG.with_suffix('.pth'))
    args = parser.parse_args()
    cfg = mmcv.Config.fromfile(str(CONFIG))
    model = train(cfg, args.epochs)
    meta = dict(CLASSES=cfg.classes, PALETTE=cfg.palette, mmseg_version=mmseg.__version__)
    torch.save(dict(meta=meta, state_dict=model.state_dict()), args.out)
    print(f'{args.out}: {args.out.stat().st_size / 1e6:.2f} MB')


if __name__ == '__main__':
    main()
