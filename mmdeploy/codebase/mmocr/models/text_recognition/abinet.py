"""ABINet (Fang et al. 2021)."""
from collections.abc import Sequence
from typing import Any

import torch

from mmdeploy.core import FUNCTION_REWRITER


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.ABINet.simple_test', classes=['mmocr.models.textrecog.ABINet'])
def abinet__simple_test(ctx, self, img: torch.Tensor, img_metas: Sequence[dict], **kwargs: Any) -> torch.Tensor:
    """Return the probabilities of symbols in images [B, C, H, W], [B, T, classes]; text is made outside.

    Args:
        ctx: context of the rewrite.
        self: the recogniser.
        img: images.
        img_metas: not looked at: images are not padded.
        kwargs: ignored.
    """
    features = self.extract_feat(img)
    found = None if self.encoder is None else self.encoder(features)
    seen, logits = found, None if found is None else found['logits']
    for _ in range(self.iter_size):
        if self.decoder is not None:
            found = understood = self.decoder(features, logits, img_metas=img_metas, train_mode=False)
        if self.fuser is not None:
            found = self.fuser(seen['feature'], understood['feature'])
            logits = found['logits']
    return found['logits'].softmax(dim=-1)


@FUNCTION_REWRITER.register_rewriter(
    'mmocr.models.textrecog.decoders.ABILanguageDecoder.forward_test',
    classes=['mmocr.models.textrecog.decoders.ABILanguageDecoder'])
def abi_language_decoder__forward_test(ctx, self, feat: Any, out_enc: torch.Tensor,
                                       img_metas: Any = None) -> dict[str, torch.Tensor]:
    """Correct the spelling of texts; the original copies masks, which the tracer does not let it do.

    Args:
        ctx: context of the rewrite.
        self: the decoder.
        feat: not used.
        out_enc: scores of symbols before softmax, [N, T, classes].
        img_metas: not used.

    Returns:
        `feature` [N, T, C] and `logits` [N, T, classes].
    """
    length = self.max_seq_len
    places = torch.arange(length, device=out_enc.device)
    # What stands behind the first end is padding, but for the first two symbols.
    is_end = (out_enc.argmax(-1) == self.pad_idx).to(out_enc.dtype)
    is_before = (places[:, None] < places[None]).to(out_enc.dtype)
    padding = (torch.matmul(is_end, is_before) > 0) & (places >= 2)[None]
    own = torch.zeros_like(is_before).masked_fill(places[:, None] == places[None], float('-inf'))

    embed = self.token_encoder(self.proj(out_enc.softmax(-1)))
    query = self.pos_encoder(torch.zeros_like(embed)).permute(1, 0, 2)
    embed = embed.permute(1, 0, 2)
    for layer in self.decoder_layers:
        query = layer(query=query, key=embed, value=embed, attn_masks=[own] * layer.num_attn, key_padding_mask=padding)
    feature = query.permute(1, 0, 2)
    return dict(feature=feature, logits=self.cls(feature))
