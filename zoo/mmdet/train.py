"""Trains a detector of digits on photographs and writes its checkpoint.

    python zoo/mmdet/train.py retinanet_digits|mask_rcnn_digits [--epochs N] [--out FILE]

Run from the repository's root. Mask R-CNN begins with the backbone of the RetinaNet. Two runs on one machine give the
same bits.
"""
import argparse
import sys
import tempfile
import time
from pathlib import Path

import mmcv
import mmdet
import numpy as np
import torch
from mmdet.core import BitmapMasks, encode_mask_results
from mmdet.datasets import build_dataset
from mmdet.models import build_detector

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from make_digits_on_photos import SIZE, make  # noqa: E402

from zoo.photos import Scene, normalised, scenes  # noqa: E402

SEED, IMAGES, RATE = 0, 2000, 2e-3
EPOCHS = dict(retinanet_digits=24, mask_rcnn_digits=10)
FOLDER = Path(__file__).parent
META = dict(img_shape=(SIZE, SIZE, 3), ori_shape=(SIZE, SIZE, 3), pad_shape=(SIZE, SIZE, 3),
            scale_factor=np.ones(4, np.float32), flip=False)


def targets_of(found: list[Scene], masks: bool) -> dict:
    """Return what mmdet's `forward_train` takes."""
    targets = dict(gt_bboxes=[torch.tensor(s.boxes, dtype=torch.float32).reshape(-1, 4) for s in found],
                   gt_labels=[torch.tensor(s.labels, dtype=torch.long) for s in found])
    if masks:
        targets['gt_masks'] = [
            BitmapMasks(np.stack(s.masks).astype(np.uint8) if s.masks else np.zeros((0, SIZE, SIZE), np.uint8), SIZE,
                        SIZE) for s in found]
    return targets


def augment(images: torch.Tensor) -> torch.Tensor:
    """Change brightness, contrast and noise; boxes stay."""
    count = len(images), 3, 1, 1
    return images * (0.8 + 0.4 * torch.rand(count)) + 0.2 * torch.randn(count) + 0.05 * torch.randn_like(images)


def evaluate(model: torch.nn.Module, cfg: mmcv.Config, masks: bool) -> str:
    """Return COCO's mAP and AP50 on the held-out images, in words."""
    model.eval()
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder))
        dataset = build_dataset(dict(cfg.data.test, ann_file=f'{folder}/test.json', img_prefix=f'{folder}/images/'))
    images = torch.from_numpy(normalised(list(scenes('test', len(dataset), SIZE)), cfg.img_norm_cfg))
    with torch.no_grad():
        results = [found for part in images.split(20) for found in model.simple_test(part, [META] * len(part))]
    if masks:
        results = [(boxes, encode_mask_results(segments)) for boxes, segments in results]
    metrics = dataset.evaluate(results, ['bbox', 'segm'] if masks else ['bbox'])
    return ', '.join(f'{name} {value}' for name, value in metrics.items() if name.endswith(('mAP', 'mAP_50')))


def train(cfg: mmcv.Config, epochs: int) -> torch.nn.Module:
    """Train with AdamW and a one-cycle schedule; print the accuracy."""
    torch.manual_seed(SEED)
    np.random.seed(SEED)
    model = build_detector(cfg.model)
    mmcv.utils.get_logger('mmcv').setLevel('WARNING')  # else a line per weight
    model.init_weights()
    masks = model.with_mask
    if masks:
        weights = torch.load(FOLDER / 'retinanet_digits.pth')['state_dict']
        prefix = 'backbone.'
        model.backbone.load_state_dict({k[len(prefix):]: v for k, v in weights.items() if k.startswith(prefix)})
    found = list(scenes('train', IMAGES, SIZE))
    images = torch.from_numpy(normalised(found, cfg.img_norm_cfg))
    batch = cfg.data.samples_per_gpu
    steps = IMAGES // batch
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=RATE, total_steps=epochs * steps)
    begin = time.monotonic()
    for epoch in range(epochs):
        model.train()
        for chosen in torch.randperm(IMAGES)[:steps * batch].split(batch):
            targets = targets_of([found[i] for i in chosen], masks)
            losses = model.forward_train(augment(images[chosen]), [META] * batch, **targets)
            loss, words = model._parse_losses(losses)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 10)
            optimizer.step()
            schedule.step()
        measured = evaluate(model, cfg, masks) if (epoch + 1) % 5 == 0 or epoch + 1 == epochs else ''
        print(f'epoch {epoch + 1} of {epochs}, {time.monotonic() - begin:.0f} s: loss {words["loss"]:.4f} {measured}',
              flush=True)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('name', choices=EPOCHS)
    parser.add_argument('--epochs', type=int, help='default: those of the model')
    parser.add_argument('--out', type=Path, help='default: NAME.pth beside the config')
    args = parser.parse_args()
    torch.set_num_threads(1)  # the order of sums, and with it every bit, is that of one thread
    cfg = mmcv.Config.fromfile(str(FOLDER / f'{args.name}.py'))
    model = train(cfg, args.epochs or EPOCHS[args.name])
    out = args.out or FOLDER / f'{args.name}.pth'
    torch.save(dict(meta=dict(CLASSES=cfg.classes, mmdet_version=mmdet.__version__), state_dict=model.state_dict()),
               out)
    print(f'{out}: {out.stat().st_size / 1e6:.2f} MB')


if __name__ == '__main__':
    main()
