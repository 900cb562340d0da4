"""What decoders check."""
import torch


def assert_match(priors: torch.Tensor, predictions: torch.Tensor) -> None:
    """Predictions [B, N, 4 * k] belong to priors [B, N, size]; both may lack the batch."""
    assert predictions.size(0) == priors.size(0), (
        f'{predictions.size(0)} predictions for {priors.size(0)} priors or images')
    if predictions.ndim == 3:
        assert predictions.size(1) == priors.size(1), f'{predictions.size(1)} predictions for {priors.size(1)} priors'
