"""Write golden.json and golden.bin: what mmcls, mmcv and Pillow make of real photos.

Run it with the project's Python environment from the root of the repository:

    .venv/bin/python mmdeploy/transform/testdata/make_testdata.py

golden_test.cpp runs the same steps in C++ and compares.
"""
import json
from pathlib import Path

import cv2
import mmcv
import numpy as np
import skimage.data
from mmcls.datasets.pipelines import transforms as mmcls

FOLDER = Path(__file__).parent


class Golden:
    """Arrays in one file, described by the other."""

    def __init__(self):
        self.blob = bytearray()
        self.pictures = {}
        self.cases = []

    def store(self, array: np.ndarray) -> dict:
        """Append an array and say where it is."""
        place = {'offset': len(self.blob), 'shape': list(array.shape), 'dtype': str(array.dtype)}
        self.blob += np.ascontiguousarray(array).tobytes()
        return place

    def add(self, picture: str, steps: list, result: np.ndarray, tolerance: float = 0):
        """Expect `result` (height x width x channels) from `steps` on `picture`."""
        if result.ndim == 2:
            result = result[..., None]
        self.cases.append({'picture': picture, 'transforms': steps, 'tolerance': tolerance,
                           'expected': self.store(result)})

    def save(self):
        """Write both files."""
        lines = ',\n'.join('  ' + json.dumps(case) for case in self.cases)
        pictures = ',\n'.join(f'  {json.dumps(k)}: {json.dumps(v)}'
                              for k, v in self.pictures.items())
        (FOLDER / 'golden.json').write_text(
            f'{{"pictures": {{\n{pictures}}},\n"cases": [\n{lines}\n]}}\n')
        (FOLDER / 'golden.bin').write_bytes(bytes(self.blob))


def tuples(args: dict) -> dict:
    """JSON's arrays as the tuples that mmcls wants."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in args.items()}


def run_mmcls(picture: np.ndarray, steps: list) -> np.ndarray:
    """The picture after steps of mmcls."""
    results = {'img': picture, 'img_fields': ['img']}
    for step in steps:
        args = {k: v for k, v in step.items() if k not in ('type', 'rounding')}
        results = getattr(mmcls, step['type'])(**tuples(args))(results)
    return results['img']


def resampling_cases(golden: Golden, photos: dict):
    """Every backend and interpolation, up and down, odd and even."""
    for backend, names in {'cv2': ['nearest', 'bilinear', 'bicubic', 'area', 'lanczos'],
                           'pillow': ['nearest', 'bilinear', 'bicubic', 'box', 'lanczos',
                                      'hamming']}.items():
        for name in names:
            for picture, size in (('astronaut', [20, 31]), ('chelsea', [64, 49]),
                                  ('coffee', [29, -1]), ('gray', [17, 70])):
                step = {'type': 'Resize', 'size': size, 'interpolation': name,
                        'backend': backend}
                golden.add(picture, [step], run_mmcls(photos[picture], [step]))


def step_cases(golden: Golden, photos: dict):
    """The other steps of mmcls, and a whole pipeline."""
    normalize = {'type': 'Normalize', 'mean': [123.675, 116.28, 103.53],
                 'std': [58.395, 57.12, 57.375], 'to_rgb': True}
    chains = [
        [{'type': 'CenterCrop', 'crop_size': [31, 20], 'rounding': 'half_even'}],
        [{'type': 'CenterCrop', 'crop_size': 90, 'rounding': 'half_even'}],
        [normalize],
        [dict(normalize, to_rgb=False)],
        [{'type': 'Pad', 'size': [70, 90], 'pad_val': 0}],
        [{'type': 'Pad', 'size': [70, 90], 'padding_mode': 'edge'}],
        [{'type': 'Pad', 'size': [70, 90], 'padding_mode': 'reflect'}],
        [{'type': 'Pad', 'size': [70, 90], 'padding_mode': 'symmetric'}],
        [{'type': 'Pad', 'pad_to_square': True}],
        [{'type': 'Pad', 'size': [70, 90], 'pad_val': 7}],
        [{'type': 'Pad', 'size': [70, 90], 'pad_val': [7, 8, 9]}],
    ]
    for backend in ('cv2', 'pillow'):
        chains += [[{'type': 'CenterCrop', 'crop_size': 24, 'efficientnet_style': True,
                     'interpolation': 'bicubic', 'crop_padding': 7, 'backend': backend}]]
        chains += [[{'type': 'Resize', 'size': [36, -1], 'backend': backend, 'adaptive_side': side},
                    {'type': 'CenterCrop', 'crop_size': 25, 'rounding': 'half_even'}, normalize]
                   for side in ('short', 'long', 'height', 'width')]
    for i, chain in enumerate(chains):
        picture = ('astronaut', 'chelsea', 'coffee')[i % 3]
        golden.add(picture, chain, run_mmcls(photos[picture], chain))


def mmcv_cases(golden: Golden, photos: dict):
    """Steps that mmdet builds directly on mmcv."""
    photo = photos['coffee']
    for frame in ([133, 80], [50, 40]):
        golden.add('coffee', [{'type': 'Resize', 'size': frame, 'keep_ratio': True}],
                   mmcv.imrescale(photo, tuple(frame)))
    golden.add('coffee', [{'type': 'Pad', 'size_divisor': 32}],
               mmcv.impad_to_multiple(photo, 32))
    golden.add('coffee', [{'type': 'LoadImageFromFile', 'color_type': 'grayscale'}],
               mmcv.bgr2gray(photo))


def main():
    """Build all cases."""
    photos = {
        'astronaut': skimage.data.astronaut()[40:101, 190:273],
        'chelsea': skimage.data.chelsea()[90:150, 120:171],
        'coffee': skimage.data.coffee()[100:144, 230:297],
    }
    photos = {name: np.ascontiguousarray(photo[..., ::-1]) for name, photo in photos.items()}
    photos['gray'] = cv2.cvtColor(photos['astronaut'], cv2.COLOR_BGR2GRAY)
    golden = Golden()
    for name, photo in photos.items():
        golden.pictures[name] = golden.store(photo if photo.ndim == 3 else photo[..., None])
    resampling_cases(golden, photos)
    step_cases(golden, photos)
    mmcv_cases(golden, photos)
    golden.save()
    print(f'{len(golden.cases)} cases, {len(golden.blob)} bytes')


if __name__ == '__main__':
    main()
