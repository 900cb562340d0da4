"""Trains the detector or the recogniser of words on photographs and writes its checkpoint.

    python zoo/mmocr/train.py detector|recogniser [--epochs N] [--out FILE]

Run from the repository's root. The seed is fixed, and one thread is used.
"""
import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import mmcv
import mmocr
import numpy as np
import torch
from mmdet.core import PolygonMasks
from mmocr.datasets.pipelines.textdet_targets import DBNetTargets
from mmocr.models import build_detector

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from zoo.mmocr.make_texts import SIZE  # noqa: E402
from zoo.mmocr.texts import Scene, cut, scenes  # noqa: E402

SEED = 0
TARGETS = ('gt_shrink', 'gt_shrink_mask', 'gt_thr', 'gt_thr_mask')


def scene_sample(scene: Scene, norm: dict) -> tuple[torch.Tensor, dict]:
    """Return an image [3, H, W] and what DBNet shall answer."""
    masks = PolygonMasks([[word.quad.flatten().astype(np.float64)] for word in scene.words], SIZE, SIZE)
    results = dict(img_shape=scene.image.shape, mask_fields=[], bbox_fields=[], gt_masks=masks,
                   gt_masks_ignore=PolygonMasks([], SIZE, SIZE),
                   gt_bboxes=np.zeros((len(scene.words), 4), np.float32),
                   gt_bboxes_ignore=np.zeros((0, 4), np.float32), gt_labels=np.zeros(len(scene.words), np.int64))
    results = DBNetTargets(shrink_ratio=0.4).generate_targets(results)
    image = mmcv.imnormalize(scene.image, np.float32(norm['mean']), np.float32(norm['std']), norm['to_rgb'])
    return torch.from_numpy(image.transpose(2, 0, 1).copy()), {key: results[key] for key in TARGETS}


def load_scenes(cfg: mmcv.Config) -> list[tuple]:
    """Return the samples of the detector."""
    return [scene_sample(scene, cfg.img_norm_cfg) for scene in scenes('train', 1500, SIZE) if scene.words]


def detector_loss(model: torch.nn.Module, batch: list[tuple]) -> torch.Tensor:
    """Return the loss of images whose brightness is changed."""
    images = torch.stack([image for image, _ in batch])
    images = images * (0.8 + 0.4 * torch.rand(len(batch), 1, 1, 1)) + 0.2 * torch.randn(len(batch), 1, 1, 1)
    targets = {key: [target[key] for _, target in batch] for key in TARGETS}
    return sum(model.forward_train(images, None, **targets).values())


def load_words(cfg: mmcv.Config) -> list[tuple]:
    """Return the samples of the recogniser: images [1, 32, 100] and texts."""
    rng = np.random.default_rng(3)
    found = []
    for scene in scenes('train', 4000, SIZE):
        for word in scene.words:
            grey = cv2.cvtColor(cut(scene.image, word.quad, rng), cv2.COLOR_BGR2GRAY)
            pixels = (cv2.resize(grey, (100, 32)).astype(np.float32) - 127) / 127
            found.append((torch.from_numpy(pixels[None]), word.text))
    return found


def recogniser_loss(model: torch.nn.Module, batch: list[tuple]) -> torch.Tensor:
    """Return the loss of images that are moved, inverted and changed in brightness."""
    images = torch.stack([image for image, _ in batch])
    dy, dx = (int(x) for x in torch.randint(-2, 3, (2, )))
    images = torch.roll(images, (dy, dx), (2, 3)) * torch.where(torch.rand(len(batch), 1, 1, 1) < 0.3, -1.0, 1.0)
    images = images * (0.7 + 0.6 * torch.rand(len(batch), 1, 1, 1)) + 0.2 * torch.randn(len(batch), 1, 1, 1)
    metas = [dict(text=text, resize_shape=(32, 100), valid_ratio=1.0) for _, text in batch]
    return sum(model.forward_train(images, metas).values())


class Kind(NamedTuple):
    """What is trained, and how."""

    config: str
    load: Callable[[mmcv.Config], list[tuple]]
    loss: Callable[[torch.nn.Module, list[tuple]], torch.Tensor]
    epochs: int
    batch: int
    rate: float


KINDS = {
    'detector': Kind('dbnet_texts', load_scenes, detector_loss, 16, 8, 4e-3),
    'recogniser': Kind('crnn_texts', load_words, recogniser_loss, 12, 32, 3e-3),
}


def train(cfg: mmcv.Config, kind: Kind, epochs: int, out: Path) -> None:
    """Train with Adam and a one-cycle schedule; write the checkpoint."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    torch.manual_seed(SEED)
    np.random.seed(SEED)
    begin = time.monotonic()
    model = build_detector(cfg.model)
    model.init_weights()
    samples = kind.load(cfg)
    print(f'{len(samples)} samples after {time.monotonic() - begin:.0f} s', flush=True)
    steps = len(samples) // kind.batch
    optimizer = torch.optim.AdamW(model.parameters(), lr=kind.rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=kind.rate, total_steps=epochs * steps)
    model.train()
    for epoch in range(epochs):
        total = 0.0
        for chosen in torch.randperm(len(samples))[:steps * kind.batch].split(kind.batch):
            loss = kind.loss(model, [samples[i] for i in chosen])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f'epoch {epoch + 1} of {epochs}, {time.monotonic() - begin:.0f} s: loss {total / steps:.4f}', flush=True)
        meta = dict(CLASSES=('text', ), mmocr_version=mmocr.__version__)
        torch.save(dict(meta=meta, state_dict=model.state_dict()), out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('kind', choices=KINDS)
    parser.add_argument('--epochs', type=int)
    parser.add_argument('--out', type=Path)
    args = parser.parse_args()
    kind = KINDS[args.kind]
    path = Path(__file__).with_name(f'{kind.config}.py')
    out = args.out or path.with_suffix('.pth')
    train(mmcv.Config.fromfile(str(path)), kind, args.epochs or kind.epochs, out)
    print(f'{out}: {out.stat().st_size / 1e6:.2f} MB; accuracy: python -m zoo.accuracy mmocr')


if __name__ == '__main__':
    main()
