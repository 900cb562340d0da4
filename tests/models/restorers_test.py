"""Documented restorers in engines; all of them on all engines: `python -m tests.models.restorers`."""
import pytest

from mmdeploy.backend.base.native import get_engine_version
from tests.models import restorers
from tests.models.engines import ENGINES

# The generators of ESRGAN-PSNR and Real-ESRGAN are ESRGAN's, that of SRGAN is SRResNet's.
DIFFERENT = ('SRCNN', 'ESRGAN', 'SRResNet', 'EDSR', 'RDN')
LIGHT = ('SRCNN', 'SRResNet', 'EDSR')


@pytest.mark.parametrize('name, engine', [
    *((name, 'onnxruntime') for name in DIFFERENT),
    *((name, engine) for name in LIGHT for engine in ENGINES if engine != 'onnxruntime'),
])
def test_pixels_are_those_of_mmedit(name, engine):
    """In the sizes of the export, in others, and for a batch."""
    if not get_engine_version(engine):
        pytest.skip(f'{engine} is not built')
    assert max(restorers.prove(name, engine, dynamic=True)) < restorers.TOLERANCE
