"""Writes scikit-learn's handwritten digits as PNG files, one folder a class.

    python zoo/mmcls/make_digits.py [--out build/zoo/digits]

The 1797 scans of the UCI test set (8x8 pixels, 17 levels) are shuffled with a
fixed seed and split 80:20 into `train` and `test`: the same files each time.
"""
import argparse
from pathlib import Path

import cv2
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

SEED = 0
TEST_SHARE = 0.2


def make_digits(out: Path) -> None:
    """Write the images below `out`, unless they are there already.

    Args:
        out: gets the folders `train/<digit>` and `test/<digit>`.
    """
    done = out / 'done'
    if done.exists():
        return
    digits = load_digits()
    images = np.round(digits.images * 255 / 16).astype(np.uint8)
    indices = np.arange(len(images))
    train, test = train_test_split(
        indices,
        test_size=TEST_SHARE,
        random_state=SEED,
        stratify=digits.target)
    for part, chosen in (('train', train), ('test', test)):
        for i in sorted(chosen):
            folder = out / part / str(digits.target[i])
            folder.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(folder / f'{i:04d}.png'), images[i])
    done.touch()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path, default=Path('build/zoo/digits'))
    make_digits(parser.parse_args().out)


if __name__ == '__main__':
    main()
