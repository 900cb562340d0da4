"""Follows objects and their key points through a video, or a folder of images, and draws them into each frame."""
import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from mmdeploy_python import PoseTracker

COLOURS = ((0, 255, 0), (0, 128, 255), (255, 128, 0), (255, 0, 255), (0, 255, 255), (255, 255, 0))
VIDEOS = {'.avi': 'MJPG', '.mp4': 'mp4v'}
MIN_SCORE = 0.3


def read_frames(path: Path) -> Iterator[np.ndarray]:
    """Yield the frames of a video; or the images of a folder, in the order of their names."""
    if path.is_dir():
        for file in sorted(path.iterdir()):
            frame = cv2.imread(str(file))
            if frame is not None:
                yield frame
        return
    video = cv2.VideoCapture(str(path))
    while True:
        is_there, frame = video.read()
        if not is_there:
            return
        yield frame


class Writer:
    """Writes frames into a video, or into a folder as 000000.png and so on."""

    def __init__(self, path: Path, fps: float) -> None:
        self.path, self.fps, self.count, self.video = path, fps, 0, None

    def write(self, frame: np.ndarray) -> None:
        if self.path.suffix.lower() in VIDEOS:
            if self.video is None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                codec = cv2.VideoWriter_fourcc(*VIDEOS[self.path.suffix.lower()])
                self.video = cv2.VideoWriter(str(self.path), codec, self.fps, frame.shape[1::-1])
                if not self.video.isOpened():
                    raise SystemExit(f'cannot write the video {self.path}')
            self.video.write(frame)
        else:
            self.path.mkdir(parents=True, exist_ok=True)
            if not cv2.imwrite(str(self.path / f'{self.count:06}.png'), frame):
                raise SystemExit(f'cannot write into the folder {self.path}')
        self.count += 1

    def close(self) -> None:
        if self.video is not None:
            self.video.release()


def show(index: int, frame: np.ndarray, key_points: np.ndarray, boxes: np.ndarray, ids: np.ndarray) -> None:
    """Print what is seen in a frame, and draw it."""
    for points, (left, top, right, bottom), target in zip(key_points, boxes, ids, strict=True):
        print(f'frame {index}, target {target}, left={left:.2f}, top={top:.2f}, right={right:.2f}, '
              f'bottom={bottom:.2f}, point 0: x={points[0][0]:.2f}, y={points[0][1]:.2f}, score={points[0][2]:.4f}')
        colour = COLOURS[int(target) % len(COLOURS)]
        cv2.rectangle(frame, (int(left), int(top)), (int(right), int(bottom)), colour)
        cv2.putText(frame, str(target), (int(left), int(top) + 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour)
        for x, y, score in points:
            if score >= MIN_SCORE:
                cv2.circle(frame, (int(x), int(y)), 2, colour, cv2.FILLED)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('device_name', help='cpu, cuda or cuda:1')
    parser.add_argument('det_model', help='SDK model of a detector: a folder or a zip file')
    parser.add_argument('pose_model', help='SDK model of a pose detector')
    parser.add_argument('video', type=Path, help='a video, or a folder of images in the order of their names')
    parser.add_argument('--output', type=Path, default='output_pose_tracker',
                        help='a folder for images, or a video (.avi, .mp4); default: %(default)s')
    parser.add_argument('--det-interval', type=int, default=1, help='objects are detected in every n-th frame')
    parser.add_argument('--det-label', type=int, default=0, help='label of the objects that are followed')
    parser.add_argument('--det-thr', type=float, default=0.5,
                        help='detections need a higher score; default: %(default)s')
    parser.add_argument('--kpt-thr', type=float, default=0.5,
                        help='key points with a lower score are not seen; default: %(default)s')
    args = parser.parse_args()

    tracker = PoseTracker(args.det_model, args.pose_model, args.device_name)
    state = tracker.create_state(det_interval=args.det_interval, det_label=args.det_label, det_thr=args.det_thr,
                                 pose_kpt_thr=args.kpt_thr)
    fps = cv2.VideoCapture(str(args.video)).get(cv2.CAP_PROP_FPS) if args.video.is_file() else 0
    writer = Writer(args.output, fps or 25)
    with_targets = 0
    for index, frame in enumerate(read_frames(args.video)):
        key_points, boxes, ids = tracker(state, frame)
        with_targets += len(ids) > 0
        show(index, frame, key_points, boxes, ids)
        writer.write(frame)
    writer.close()
    if writer.count == 0:
        parser.error(f'cannot read a frame of {args.video}')
    print(f'{with_targets} of {writer.count} frames have targets')


if __name__ == '__main__':
    main()
