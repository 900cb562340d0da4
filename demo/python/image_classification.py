"""Classifies an image through the Python API."""
import argparse

import cv2
from mmdeploy_python import Classifier


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('device_name', help='cpu, cuda or cuda:1')
    parser.add_argument('model_path', help='SDK model: a folder or a zip file')
    parser.add_argument('image_path')
    args = parser.parse_args()

    image = cv2.imread(args.image_path)
    if image is None:
        parser.error(f'cannot read the image {args.image_path}')

    classifier = Classifier(model_path=args.model_path, device_name=args.device_name, device_id=0)
    for label, score in classifier(image):
        print(f'label: {label}, score: {score:.4f}')


if __name__ == '__main__':
    main()
