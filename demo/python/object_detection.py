"""Detects objects in an image through the Python API, and draws them into output_detection.png."""
import argparse

import cv2
import numpy as np
from mmdeploy_python import Detector


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('device_name', help='cpu, cuda or cuda:1')
    parser.add_argument('model_path', help='SDK model: a folder or a zip file')
    parser.add_argument('image_path')
    args = parser.parse_args()

    image = cv2.imread(args.image_path)
    if image is None:
        parser.error(f'cannot read the image {args.image_path}')

    detector = Detector(model_path=args.model_path, device_name=args.device_name, device_id=0)
    bboxes, labels, masks = detector(image)
    for i, (bbox, label, mask) in enumerate(zip(bboxes, labels, masks, strict=False)):
        left, top, right, bottom, score = bbox
        if score < 0.3:
            continue
        print(f'box {i}, left={left:.2f}, top={top:.2f}, right={right:.2f}, bottom={bottom:.2f}, '
              f'label={label}, score={score:.4f}')
        if mask.size:
            # The mask is one of the image, or begins a pixel outside of the box.
            is_whole = mask.shape == image.shape[:2]
            y, x = (0, 0) if is_whole else (max(int(top) - 1, 0), max(int(left) - 1, 0))
            part = image[y:y + mask.shape[0], x:x + mask.shape[1]]
            tinted = cv2.addWeighted(part, 0.5, np.full_like(part, (0, 255, 0)), 0.5, 0)
            cv2.copyTo(tinted, mask[:part.shape[0], :part.shape[1]], part)
        cv2.rectangle(image, (int(left), int(top)), (int(right), int(bottom)), (0, 255, 0))
    cv2.imwrite('output_detection.png', image)


if __name__ == '__main__':
    main()
