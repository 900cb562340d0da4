"""Models of mmocr that cannot be converted, found before anything is built."""
from collections.abc import Sequence

import mmcv

from mmdeploy.utils import get_backend_config

DETECTORS = ('DBNet', 'PSENet', 'PANet')
RECOGNISERS = ('CRNNNet', 'SARNet', 'SATRN')


def check_detector(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config) -> None:
    """Refuse a detector that no rewrite makes convertible."""


def check_recogniser(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config) -> None:
    """Refuse a recogniser that no rewrite makes convertible, or that its engine cannot run."""


def check_sdk_detector(model_cfg: mmcv.Config) -> None:
    """Refuse a detector whose results the SDK would not give."""


def check_sdk_recogniser(model_cfg: mmcv.Config, steps: Sequence[dict]) -> None:
    """Refuse a recogniser whose results the SDK would not give."""
