"""Finds key points of an object in an image through the Python API, and draws them into output_pose.png."""
import argparse

import cv2
from mmdeploy_python import PoseDetector


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('device_name', help='cpu, cuda or cuda:1')
    parser.add_argument('model_path', help='SDK model: a folder or a zip file')
    parser.add_argument('image_path')
    parser.add_argument('--bbox', nargs=4, type=float, metavar=('X', 'Y', 'W', 'H'),
                        help='box of the object, by default the whole image')
    args = parser.parse_args()

    image = cv2.imread(args.image_path)
    if image is None:
        parser.error(f'cannot read the image {args.image_path}')

    detector = PoseDetector(model_path=args.model_path, device_name=args.device_name, device_id=0)
    if args.bbox is None:
        poses = detector(image)
    else:
        x, y, width, height = args.bbox
        poses = detector(image, [x, y, x + width - 1, y + height - 1])
    for pose in poses:
        for i, (x, y, score) in enumerate(pose):
            print(f'point {i}, x={x:.2f}, y={y:.2f}, score={score:.4f}')
            cv2.circle(image, (int(x), int(y)), 2, (0, 255, 0), cv2.FILLED)
    cv2.imwrite('output_pose.png', image)


if __name__ == '__main__':
    main()
