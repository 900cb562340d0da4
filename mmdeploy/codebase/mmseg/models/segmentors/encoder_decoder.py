"""Segmentors of an encoder and a decoder."""
import torch

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter('mmseg.models.segmentors.EncoderDecoder.simple_test')
def encoder_decoder__simple_test(ctx, self, img: torch.Tensor, img_meta: list, **kwargs) -> torch.Tensor:
    """Return the class of every pixel, int64 [B, 1, H, W] of images [B, C, H, W].

    Raises:
        NotImplementedError: the model tests in windows, which a network of one pass does not.
    """
    mode = self.test_cfg.get('mode', 'whole')
    if mode != 'whole':
        raise NotImplementedError(
            f"model config: test_cfg.mode is {mode!r}; only 'whole' can be exported: set it if the model is as good so")
    logits = self.encode_decode(img, img_meta)
    if self.out_channels == 1:
        return (logits.sigmoid() > self.decode_head.threshold).long()
    return torch.nn.functional.softmax(logits, dim=1).argmax(dim=1, keepdim=True)
