"""Checks that a checkpoint belongs to a model."""
import torch
from mmcv.runner import CheckpointLoader


def _shape(tensor: torch.Tensor) -> str:
    return 'x'.join(str(size) for size in tensor.shape) or 'scalar'


def check_checkpoint(model: torch.nn.Module, checkpoint: str) -> None:
    """Compare the parameters of a file with those of a model.

    mmcv only logs what does not fit, and the model then runs with random
    numbers.

    Raises:
        ValueError: a parameter is missing or has another shape.
    """
    content = CheckpointLoader.load_checkpoint(
        checkpoint, map_location='cpu', logger='silent')
    state = content.get('state_dict', content)
    state = {name.removeprefix('module.'): v for name, v in state.items()}
    problems = []
    for name, expected in model.state_dict().items():
        if name not in state:
            # Counts batches of the training, and old files don't have it.
            if not name.endswith('num_batches_tracked'):
                problems.append(f'{name!r} is missing, the model needs shape '
                                f'{_shape(expected)}')
        elif state[name].shape != expected.shape:
            problems.append(f'{name!r} has shape {_shape(state[name])}, the '
                            f'model needs {_shape(expected)}')
    if problems:
        more = len(problems) - 1
        raise ValueError(
            f'checkpoint {str(checkpoint)!r} does not fit the model: '
            f'{problems[0]}' + (f' (and {more} more)' if more else '') +
            '; use the model config that the checkpoint was trained with')
