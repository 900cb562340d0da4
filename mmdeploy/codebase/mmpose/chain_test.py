"""A detector and a pose detector as one model: its key points are those of the two, one after the other."""
import json
import shutil
import subprocess
from pathlib import Path

import cv2
import mmdeploy_runtime
import numpy as np

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = {task: ROOT / f'mmdeploy/task/{task}/golden/model' for task in ('detector', 'pose_detector')}


def chain(folder: Path) -> Path:
    """Write a model whose pipeline detects objects, and finds the key points of each."""
    steps, models = {}, []
    for task, golden in GOLDEN.items():
        steps[task] = json.loads((golden / 'pipeline.json').read_text())['pipeline']['tasks']
        model = json.loads((golden / 'deploy.json').read_text())['models'][0]
        folder.mkdir(exist_ok=True)
        shutil.copy(golden / model['net'], folder / f'{task}.json')
        steps[task][1]['name'] = task
        models.append(dict(model, name=task, net=f'{task}.json'))
    rename = {
        'detector': {'post_output': 'boxes'},
        'pose_detector': {'img': 'people', 'prep_output': 'parts', 'infer_output': 'maps', 'post_output': 'poses'}
    }
    for task, names in rename.items():
        for step in steps[task]:
            step.pop('name') if step['module'] != 'Net' else None
            for key in ('input', 'output'):
                step[key] = [names.get(name, name) for name in step[key]]
    attach = dict(type='Task', module='AttachBox', input=['img+', 'boxes*'], output='people*')
    pipeline = dict(input='img', output='poses',
                    tasks=[*steps['detector'], attach, *steps['pose_detector']])
    (folder / 'pipeline.json').write_text(json.dumps(dict(pipeline=pipeline)))
    (folder / 'deploy.json').write_text(json.dumps(dict(version='0.7.0', models=models, customs=[])))
    return folder


def test_a_chain_gives_what_its_parts_give(tmp_path):
    model = chain(tmp_path / 'chain')
    paths = []
    for i, (height, width) in enumerate([(48, 64), (31, 17)]):
        paths.append(tmp_path / f'{i}.png')
        cv2.imwrite(str(paths[-1]), np.random.default_rng(i).integers(0, 255, (height, width, 3), np.uint8))
    done = subprocess.run([ROOT / 'build/bin/mmdeploy', 'infer', '--json', model, *paths], capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr
    detector = mmdeploy_runtime.Detector(str(GOLDEN['detector']), 'cpu')
    pose_detector = mmdeploy_runtime.PoseDetector(str(GOLDEN['pose_detector']), 'cpu')
    found = json.loads(done.stdout)
    for path, results in zip(paths, found, strict=True):
        image = cv2.imread(str(path))
        boxes = detector(image)[0]
        assert len(boxes) > 1
        expected = pose_detector(image, boxes[:, :4])
        poses = results['result']
        assert len(poses) == len(boxes)
        np.testing.assert_allclose([pose['points'] for pose in poses], expected[..., :2], atol=1e-3)
