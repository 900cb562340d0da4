"""Detects objects in an image and finds their key points, in one pipeline of two models, and draws both."""
import argparse

import cv2
from mmdeploy_python import Pipeline


def describe(det_model: str, pose_model: str) -> dict:
    """Return a pipeline: objects of an image, then key points in the box of each."""
    return dict(pipeline=dict(input=['img'], output=['dets', 'poses'], tasks=[
        dict(type='Inference', input='img', output='dets', params=dict(model=det_model)),
        dict(type='Task', module='AttachBox', input=['img+', 'dets*'], output='people*'),
        dict(type='Inference', input='people*', output='poses*', params=dict(model=pose_model)),
    ]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('device_name', help='cpu, cuda or cuda:1')
    parser.add_argument('det_model', help='SDK model of a detector: a folder or a zip file')
    parser.add_argument('pose_model', help='SDK model of a pose detector')
    parser.add_argument('image_path')
    args = parser.parse_args()

    image = cv2.imread(args.image_path)
    if image is None:
        parser.error(f'cannot read the image {args.image_path}')

    pipeline = Pipeline(describe(args.det_model, args.pose_model), args.device_name)
    dets, poses = pipeline(image)
    for i, (det, pose) in enumerate(zip(dets, poses, strict=True)):
        if det['score'] < 0.3:
            continue
        left, top, right, bottom = det['bbox']
        print(f'box {i}, left={left:.2f}, top={top:.2f}, right={right:.2f}, bottom={bottom:.2f}, '
              f'label={det["label_id"]}, score={det["score"]:.4f}')
        cv2.rectangle(image, (int(left), int(top)), (int(right), int(bottom)), (0, 255, 0))
        for k, ((x, y), score) in enumerate(zip(pose['points'], pose['scores'], strict=True)):
            print(f'point {k}, x={x:.2f}, y={y:.2f}, score={score:.4f}')
            if score >= 0.3:
                cv2.circle(image, (int(x), int(y)), 2, (0, 255, 0), cv2.FILLED)
    cv2.imwrite('output_det_pose.png', image)


if __name__ == '__main__':
    main()
