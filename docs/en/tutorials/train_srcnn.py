"""Trains the network of the first two tutorials: SRCNN (Dong et al., arXiv 1501.00092) for a factor of 3.

    python docs/en/tutorials/train_srcnn.py [--steps 1500] [--out docs/en/tutorials/srcnn.pth]

Run from the repository's root. Images are BGR from 0 to 255, as OpenCV reads them.
"""
import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from zoo.photos import photos  # noqa: E402

FACTOR, SIDE, BATCH = 3, 66, 8


def crops(generator: np.random.Generator) -> torch.Tensor:
    """Return [N, 3, H, W] from 0 to 1."""
    found = []
    for _ in range(BATCH):
        photo = photos('train')[generator.integers(len(photos('train')))]
        top, left = (generator.integers(size - SIDE) for size in photo.shape[:2])
        found.append(photo[top:top + SIDE, left:left + SIDE])
    return torch.from_numpy(np.stack(found).transpose(0, 3, 1, 2)).float() / 255


def train(steps: int) -> dict[str, torch.Tensor]:
    """Return the weights."""
    torch.manual_seed(0)
    net = nn.ModuleDict(dict(conv1=nn.Conv2d(3, 64, 9, padding=4), conv2=nn.Conv2d(64, 32, 1),
                             conv3=nn.Conv2d(32, 3, 5, padding=2)))
    optimizer = torch.optim.Adam(net.parameters(), 1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1e-3, total_steps=steps)
    generator = np.random.default_rng(0)
    for step in range(steps):
        wanted = crops(generator)
        small = F.interpolate(wanted, scale_factor=1 / FACTOR, mode='bicubic', antialias=True)
        x = F.interpolate(small, scale_factor=FACTOR, mode='bicubic')
        found = net['conv3'](F.relu(net['conv2'](F.relu(net['conv1'](x)))))
        loss = F.mse_loss(found, wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if (step + 1) % 100 == 0:
            bicubic = F.mse_loss(x, wanted)
            print(f'step {step + 1} of {steps}: PSNR {-10 * loss.log10():.2f}, bicubic {-10 * bicubic.log10():.2f}',
                  flush=True)
    # With its biases times 255 the network does with 0 to 255 what it does with 0 to 1.
    return {name: value * 255 if name.endswith('bias') else value for name, value in net.state_dict().items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--steps', type=int, default=1500)
    parser.add_argument('--out', type=Path, default=Path(__file__).with_name('srcnn.pth'))
    args = parser.parse_args()
    torch.save(dict(state_dict=train(args.steps)), args.out)


if __name__ == '__main__':
    main()
