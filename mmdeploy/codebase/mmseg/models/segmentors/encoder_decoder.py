"""Segmentors of an encoder and a decoder."""
import torch

from mmdeploy.codebase.mmseg.deploy.segmentation_model import gives_labels
from mmdeploy.core import FUNCTION_REWRITER


def _check_inference(model: torch.nn.Module) -> None:
    """Refuse what the rewrite below does not do.

    Raises:
        NotImplementedError: names the class or the setting.
    """
    from mmseg.models.segmentors import EncoderDecoder
    changed = [name for name in ('inference', 'whole_inference')
               if getattr(type(model), name) is not getattr(EncoderDecoder, name)]
    if changed:
        raise NotImplementedError(
            f'{type(model).__name__} has its own {" and ".join(changed)}, which are left out when EncoderDecoder is '
            f"exported; register a rewrite of '{type(model).__module__}.{type(model).__name__}.simple_test'")
    mode = model.test_cfg.get('mode', 'whole')
    if mode != 'whole':
        raise NotImplementedError(
            f"model config: test_cfg.mode is {mode!r}; only 'whole' can be exported: set it if the model is as good so")


@FUNCTION_REWRITER.register_rewriter('mmseg.models.segmentors.EncoderDecoder.simple_test')
def encoder_decoder__simple_test(ctx, self, img: torch.Tensor, img_meta: list, **kwargs) -> torch.Tensor:
    """Segment images [B, C, H, W].

    Returns:
        The class of every pixel, int64 [B, 1, H, W]; with `with_argmax=False` in `codebase_config` the scores of all
        classes before softmax, [B, classes, H, W].

    Raises:
        NotImplementedError: the model tests in windows, or in a way of its own.
    """
    _check_inference(self)
    logits = self.encode_decode(img, img_meta)
    if not gives_labels(ctx.cfg):
        if self.out_channels == 1:
            raise NotImplementedError('deploy config: codebase_config.with_argmax is False, which asks for a score of '
                                      'each class; this model has one score per pixel (out_channels 1)')
        return logits
    if self.out_channels == 1:
        return (logits.sigmoid() > self.decode_head.threshold).long()
    return torch.nn.functional.softmax(logits, dim=1).argmax(dim=1, keepdim=True)
