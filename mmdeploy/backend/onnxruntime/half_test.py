"""Networks that calculate in 16 bits give nearly what they give in 32."""
import numpy as np
import pytest

from mmdeploy import graph
from mmdeploy.backend.base.native import import_native
from mmdeploy.backend.onnxruntime.manager import Manager
from tests.models.architectures import ARCHITECTURES, compare, make_images

PARITY = 1e-2  # relative to the largest score


@pytest.mark.parametrize('name', list(ARCHITECTURES))
def test_parity_of_small_classifiers(name, tmp_path):
    compare(name, True, str(tmp_path))
    single = tmp_path / f'{name}.onnx'
    model = graph.load(single)
    model.infer()
    assert model.convert_to_half() > 0
    half = tmp_path / 'half.onnx'
    model.save(str(half))
    assert half.stat().st_size < 0.75 * single.stat().st_size
    images = make_images(1, 64).numpy()
    want, found = (next(iter(import_native().Net(path, 'onnxruntime').run({'input': images}).values()))
                   for path in (single, half))
    assert found.dtype == np.float32
    assert np.abs(found - want).max() <= PARITY * np.abs(want).max()


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="backend_config.precision is 'FP15', allowed for onnxruntime: 'FP32', 'FP16'"):
        Manager.get_sdk_files('end2end.onnx', dict(precision='FP15'))
