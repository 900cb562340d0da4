"""Finds and reads text in an image through the Python API, and draws the boxes into output_ocr.png."""
import argparse

import cv2
import numpy as np
from mmdeploy_python import TextDetector, TextRecognizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('device_name', help='cpu, cuda or cuda:1')
    parser.add_argument('image_path')
    parser.add_argument('--textdet', default='', help='SDK model of a text detector; without it the image is one text')
    parser.add_argument('--textrecog', default='', help='SDK model of a text recognizer; without it nothing is read')
    args = parser.parse_args()
    if not args.textdet and not args.textrecog:
        parser.error('give --textdet, --textrecog, or both')

    image = cv2.imread(args.image_path)
    if image is None:
        parser.error(f'cannot read the image {args.image_path}')

    boxes = None
    if args.textdet:
        detector = TextDetector(model_path=args.textdet, device_name=args.device_name, device_id=0)
        boxes = detector(image)
    texts = None
    if args.textrecog:
        recognizer = TextRecognizer(model_path=args.textrecog, device_name=args.device_name, device_id=0)
        texts = [recognizer(image)] if boxes is None else recognizer(image, boxes.flatten().tolist())

    if boxes is None:
        print(f'text={texts[0][0]}')
        return
    for i, box in enumerate(boxes):
        corners = ' '.join(f'({x:.2f}, {y:.2f})' for x, y in box[:8].reshape(4, 2))
        text = '' if texts is None else f' text={texts[i][0]}'
        print(f'box {i}, score={box[8]:.4f},{text} {corners}')
        cv2.polylines(image, [box[:8].reshape(4, 2).astype(np.int32)], True, (0, 255, 0))
    cv2.imwrite('output_ocr.png', image)


if __name__ == '__main__':
    main()
