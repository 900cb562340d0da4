"""The decoder of MASTER (Lu et al. 2021)."""
import torch

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.decoders.MasterDecoder.make_mask',
    classes=['mmocr.models.textrecog.decoders.MasterDecoder'])
def master_decoder__make_mask(ctx, self, tgt: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Return what is added to the scores of symbols [N, L]: [N * heads, L, L], very little where none may look.

    The original uses what opset 11 lacks.

    Args:
        ctx: context of the rewrite.
        self: the decoder.
        tgt: symbols [N, L].
        device: of the mask.
    """
    places = torch.arange(tgt.shape[1], device=device)
    is_seen = (tgt != self.PAD).unsqueeze(2) & (places[None] <= places[:, None]).unsqueeze(0)
    mask = (1 - is_seen.float()) * -1e9
    return mask.unsqueeze(1).repeat(1, self.n_head, 1, 1).flatten(0, 1)
