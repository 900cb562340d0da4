"""All engines in one process: they bring libraries of their own, which must not get into each other's way."""
import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance import engines

ROOT = Path(__file__).resolve().parents[2]
# Runs engines in the order of the arguments, then once more backwards, and names the libraries that were loaded.
SCRIPT = """
import sys, tempfile
from pathlib import Path
if 'torch' in sys.argv:
    import torch
import numpy as np
sys.path.insert(0, sys.argv[1])
from tests.conformance import engines, networks
from mmdeploy_python import Net
network = networks.convolved()
x = np.random.default_rng(0).normal(size=(2, 3, 16, 16)).astype('f4')
want = network.reference({'x': x})['y']
nets = {}
with tempfile.TemporaryDirectory() as folder:
    for name in sys.argv[2:]:
        if name not in ('torch', 'example'):
            nets[name] = Net(backend=name, **engines.load(name).write(network, Path(folder)))
            np.testing.assert_allclose(nets[name].run({'x': x})['y'], want, atol=1e-4)
    for name in reversed(nets):
        np.testing.assert_allclose(nets[name].run({'x': x})['y'], want, atol=1e-4)
print('ran', *nets)
print(*{line.split()[-1] for line in open('/proc/self/maps') if 'libtbb.so' in line})
"""
_ENGINES = [name for name in engines.built() if name != 'example']
# PyTorch itself in the process, before and after the engines.
_ORDERS = [*itertools.permutations(_ENGINES), ('torch', *_ENGINES), (*_ENGINES, 'torch')]


def _run(order: tuple[str, ...], **environment: str) -> str:
    done = subprocess.run([sys.executable, '-c', SCRIPT, str(ROOT), *order], capture_output=True, text=True, cwd=ROOT,
                          env={'PATH': '/usr/bin:/bin', 'PYTHONPATH': str(ROOT), **environment})
    assert done.returncode == 0, f'{done.returncode}: {done.stderr[-2000:]}'
    return done.stdout


@pytest.mark.parametrize('order', _ORDERS, ids='-'.join)
def test_engines_run_in_one_process_in_any_order(order):
    assert f'ran {" ".join(name for name in order if name != "torch")}' in _run(order)


@pytest.mark.skipif('openvino' not in _ENGINES, reason='OpenVINO brings a libtbb of its own')
@pytest.mark.parametrize('first', ['system', 'openvino'])
def test_either_libtbb_serves_all(first):
    """OpenVINO and libmmdeploy.so share the libtbb that is loaded first."""
    own = str((ROOT / '.deps/openvino/libs/libtbb.so.12').resolve())
    output = _run(tuple(_ENGINES), **({'LD_PRELOAD': own} if first == 'openvino' else {}))
    loaded = output.splitlines()[1].split()
    assert len(loaded) == 1
    assert (Path(loaded[0]).resolve() == Path(own)) == (first == 'openvino')
