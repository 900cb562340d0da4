"""Trains the restorer of photographs and writes its checkpoint.

    python zoo/mmedit/train.py [--steps 2400] [--out zoo/mmedit/edsr_photos.pth]

Run from the repository's root. Two runs on one machine give the same bits.
"""
import argparse
import sys
import time
from pathlib import Path

import cv2
import mmcv
import mmedit
import numpy as np
import torch
from mmedit.core import psnr
from mmedit.models import build_model

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from make_photos import halve, held_out  # noqa: E402

from zoo.photos import photos  # noqa: E402

SEED, SIZE, BATCH = 0, 48, 16
CONFIG = Path(__file__).with_name('edsr_photos.py')


def to_tensor(image: np.ndarray) -> torch.Tensor:
    """Return [3, H, W], RGB in 0..1."""
    return torch.from_numpy(image[..., ::-1].transpose(2, 0, 1).copy()).float() / 255


def to_image(tensor: torch.Tensor) -> np.ndarray:
    """Return [H, W, 3], BGR in 0..255."""
    return (tensor.clamp(0, 1) * 255).round().byte().numpy().transpose(1, 2, 0)[..., ::-1]


def draw(rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a batch of images with half the pixels, and of what they were."""
    wholes = []
    for _ in range(BATCH):
        photo = photos('train')[rng.integers(len(photos('train')))]
        if rng.random() < 0.5:  # other scales of the same photographs
            factor = rng.uniform(0.4, 1)
            photo = cv2.resize(photo, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        top, left = (int(rng.integers(side - SIZE + 1)) for side in photo.shape[:2])
        part = np.rot90(photo[top:top + SIZE, left:left + SIZE], rng.integers(4))
        wholes.append(np.ascontiguousarray(part[:, ::-1] if rng.random() < 0.5 else part))
    return torch.stack([to_tensor(halve(part)) for part in wholes]), torch.stack([to_tensor(part) for part in wholes])


def mean_psnr(enlarge) -> float:
    """Return the mean PSNR on the held-out parts, without two pixels at the borders."""
    return float(np.mean([psnr(enlarge(halve(part)), part, crop_border=2) for _, part in held_out()]))


def train(cfg: mmcv.Config, steps: int) -> torch.nn.Module:
    """Train with Adam and a one-cycle schedule; print the accuracy."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    model = build_model(cfg.model, train_cfg=None, test_cfg=cfg.test_cfg)
    network = model.generator
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=2e-3, total_steps=steps)

    def enlarge(image: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            return to_image(network(to_tensor(image)[None])[0])

    def bicubic(image: np.ndarray) -> np.ndarray:
        return cv2.resize(image, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)

    print(f'bicubic: PSNR on test {mean_psnr(bicubic):.2f} dB', flush=True)
    begin = time.monotonic()
    for step in range(steps):
        small, whole = draw(rng)
        loss = model.pixel_loss(network(small), whole)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if (step + 1) % 300 == 0:
            print(f'step {step + 1} of {steps}, {time.monotonic() - begin:.0f} s: loss {loss.item():.4f}, '
                  f'PSNR on test {mean_psnr(enlarge):.2f} dB', flush=True)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--steps', type=int, default=2400)
    parser.add_argument('--out', type=Path, default=CONFIG.with_suffix('.pth'))
    args = parser.parse_args()
    model = train(mmcv.Config.fromfile(str(CONFIG)), args.steps)
    torch.save(dict(meta=dict(mmedit_version=mmedit.__version__), state_dict=model.state_dict()), args.out)
    print(f'{args.out}: {args.out.stat().st_size / 1e6:.2f} MB')


if __name__ == '__main__':
    main()
