"""Text and pose models as SDK models; all of them: `python -m tests.models.sdk_models`."""
import pytest

from tests.models import sdk_models


@pytest.mark.parametrize('name', ['PANet', 'SAR', 'ABINet', 'ViPNAS-MobileNetV3'])
def test_answers_are_those_of_the_code_base(name):
    """Through preprocessing, network and post-processing."""
    assert sdk_models.prove(name)
