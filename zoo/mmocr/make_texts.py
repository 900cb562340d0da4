"""Writes the held-out scenes and words: 200 images of 192x192 pixels, and what is cut out around their words, grey.

    python zoo/mmocr/make_texts.py [--out build/zoo/texts]
"""
import argparse
import json
import sys
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from zoo.mmocr.texts import Word, cut, scenes  # noqa: E402

SIZE, COUNT = 192, 200


def _annotation(word: Word, image: int, number: int) -> dict:
    """Return a word as COCO has it."""
    x, y, width, height = cv2.boundingRect(word.quad)
    return dict(id=number, image_id=image, category_id=1, iscrowd=0, bbox=[x, y, width, height],
                area=float(cv2.contourArea(word.quad)), segmentation=[word.quad.flatten().tolist()])


def make(folder: Path) -> None:
    """Write scenes/, scenes.json, words/ and words.txt."""
    for name in ('scenes', 'words'):
        (folder / name).mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(2)
    images, annotations, lines = [], [], []
    for i, scene in enumerate(scenes('test', COUNT, SIZE)):
        name = f'{i:03}.png'
        cv2.imwrite(str(folder / 'scenes' / name), scene.image)
        images.append(dict(id=i, file_name=name, height=SIZE, width=SIZE))
        for word in scene.words:
            number = len(annotations)
            annotations.append(_annotation(word, i, number))
            # Grey: the decoder of PNG files makes another grey of colours than OpenCV, a level darker.
            grey = cv2.cvtColor(cut(scene.image, word.quad, rng), cv2.COLOR_BGR2GRAY)
            cv2.imwrite(str(folder / f'words/{number:04}.png'), grey)
            lines.append(f'{number:04}.png {word.text}\n')
    content = dict(images=images, annotations=annotations, categories=[dict(id=1, name='text')])
    (folder / 'scenes.json').write_text(json.dumps(content))
    (folder / 'words.txt').write_text(''.join(lines))


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path, default=Path('build/zoo/texts'))
    make(parser.parse_args().out)
