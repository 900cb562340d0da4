"""Damaged models end in a result or in an error that names the place; none ends the process.

The default suite runs 200 of them; `MMDEPLOY_MUTATIONS=2000` runs more.
"""
import os
import resource
import shutil
import subprocess
from collections import Counter

from tests.mutation.mutate import read_files, write_mutant

COUNT = int(os.environ.get('MMDEPLOY_MUTATIONS', '200'))
PLACES = ('deploy.json', 'pipeline.json', 'end2end.onnx', '.zip', 'net ', 'item ')


def _limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


def test_damaged_models_never_end_the_process(digits_model, mmdeploy_command, repository, tmp_path):
    files = read_files(digits_model)
    image = str(repository / 'zoo/mmcls/images/digit_7.png')
    outcomes = Counter()
    bad = []
    for seed in range(COUNT):
        model = write_mutant(seed, files, tmp_path)
        done = subprocess.run([mmdeploy_command, 'infer', str(model), image, '--num-threads', '1'],
                              capture_output=True, text=True, errors='replace', timeout=60,
                              preexec_fn=_limit_memory)
        outcomes[done.returncode] += 1
        named = done.stderr.startswith('error: ') and any(p in done.stderr for p in PLACES)
        if done.returncode not in (0, 2) or (done.returncode == 2 and not named):
            bad.append(f'mutant {seed}: status {done.returncode}: {done.stderr[-300:]!r}')
        shutil.rmtree(model, ignore_errors=True) if model.is_dir() else model.unlink()
    print(dict(outcomes))
    assert not bad, '\n'.join(bad)
    assert outcomes[2] > COUNT // 4, f'the mutations hardly damage anything: {dict(outcomes)}'
