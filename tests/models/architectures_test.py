"""Tests that the documented architectures convert."""
import pytest

from mmdeploy.utils import Backend
from mmdeploy.utils.test import backend_checker
from tests.models.architectures import ARCHITECTURES, MAX_RATIO, compare


@backend_checker(Backend.ONNXRUNTIME)
@pytest.mark.parametrize('name', list(ARCHITECTURES))
def test_same_scores_as_pytorch(name, tmp_path):
    assert compare(name, True, str(tmp_path)) < MAX_RATIO
