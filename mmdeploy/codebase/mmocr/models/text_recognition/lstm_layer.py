"""The recurrent layers of CRNN."""
import torch

from mmdeploy.core import FUNCTION_REWRITER
from mmdeploy.utils import Backend

_LAYER = 'mmocr.models.textrecog.layers.lstm_layer.BidirectionalLSTM'


@FUNCTION_REWRITER.register_rewriter(f'{_LAYER}.forward', backend=Backend.NCNN.value, classes=[_LAYER])
def bidirectionallstm__forward__ncnn(ctx, self, input: torch.Tensor) -> torch.Tensor:
    """Return [T, N, O] of a sequence [T, N, C], as mmocr does; the original makes a constant of its length.

    One axis stands for T * N there, so ncnn, which has no batch, could not tell a sequence from a batch.
    """
    return self.embedding(self.rnn(input)[0])
