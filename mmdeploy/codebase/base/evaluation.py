"""What task processors have in common that evaluate results with the data sets of their code base."""
import logging
from collections.abc import Sequence
from typing import Any

import mmcv

# Of `evaluation` in a model config, what is for the hook that evaluates while training.
_OF_TRAINING = ('interval', 'tmpdir', 'start', 'gpu_collect', 'save_best', 'rule', 'dynamic_intervals', 'by_epoch',
                'key_indicator')


def save_results(outputs: Sequence, out: str | None, logger: logging.Logger) -> None:
    """Write results to a file, if one is named."""
    if out:
        logger.info(f'writing results to {out}')
        mmcv.dump(outputs, out)


def evaluation_options(model_cfg: mmcv.Config, metrics: list[str] | None,
                       metric_options: dict | None) -> dict[str, Any]:
    """Return what a data set's `evaluate` is given: the model config's, the user's, and `metric` if there are some."""
    options = {key: value for key, value in model_cfg.get('evaluation', {}).items() if key not in _OF_TRAINING}
    options.update(metric_options or {})
    if metrics:
        options['metric'] = metrics
    return options
