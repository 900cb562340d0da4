"""mmcv without compiled operators (PyPI's `mmcv`): what needs them says so. tests/setup converts a classifier."""
import os
import subprocess
import sys
from pathlib import Path

import mmcv
import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope='module')
def without_operators(tmp_path_factory) -> dict[str, str]:
    """An environment whose mmcv is the installed one less its compiled module."""
    folder = tmp_path_factory.mktemp('lite')
    (folder / 'mmcv').mkdir()
    left_out = 0
    for path in Path(mmcv.__file__).parent.iterdir():
        if path.name.startswith('_ext.'):
            left_out += 1
        else:
            (folder / 'mmcv' / path.name).symlink_to(path)
    assert left_out == 1, 'the installed mmcv has no compiled operators itself'
    return {**os.environ, 'PYTHONPATH': f'{folder}:{ROOT}:{ROOT}/build/lib'}


def test_rewrites_of_operators_are_left_out_and_codebases_that_need_them_are_refused(without_operators):
    code = '''
import mmdeploy.mmcv.ops
from mmdeploy.codebase import import_codebase
from mmdeploy.core import FUNCTION_REWRITER, SYMBOLIC_REWRITER
from mmdeploy.utils import Codebase
print(mmdeploy.mmcv.ops.__all__)
for rewriter in (FUNCTION_REWRITER, SYMBOLIC_REWRITER):
    print([name for name in rewriter._registry._rewrite_records if name.startswith('mmcv.ops.')])
try:
    import_codebase(Codebase.MMDET)
except ImportError as error:
    print(error)
'''
    done = subprocess.run([sys.executable, '-c', code], cwd=ROOT, env=without_operators, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    exported, functions, symbolics, refused = done.stdout.splitlines()[-4:]
    assert exported == "['patch_embed__forward__ncnn']" and functions == symbolics == '[]'
    assert refused == ('mmdet uses compiled operators of mmcv, and the mmcv that is installed has none (mmcv._ext is '
                       'missing): install mmcv-full in its place ("./dev build" does)')
