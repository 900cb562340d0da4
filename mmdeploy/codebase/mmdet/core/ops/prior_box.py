"""ncnn's layer that makes priors for the cells of a feature map."""
from collections.abc import Sequence

import torch

from mmdeploy.core.rewriters.untraced import untraced

# What the layer writes beside each prior; the node does not set it.
_VARIANCES = (0.1, 0.1, 0.2, 0.2)


def _sizes(min_sizes: Sequence[float], max_sizes: Sequence[float], aspect_ratios: Sequence[float]) -> torch.Tensor:
    """Return width and height of the priors of a cell, [A, 2], in ncnn's order; a ratio counts in both directions."""
    sizes = []
    for i, small in enumerate(min_sizes):
        sizes.append((small, small))
        if max_sizes:
            middle = (small * max_sizes[i])**0.5
            sizes.append((middle, middle))
        for ratio in aspect_ratios:
            long, short = small * ratio**0.5, small / ratio**0.5
            sizes += [(long, short), (short, long)]
    return torch.tensor(sizes, dtype=torch.float)


class NcnnPriorBoxOp(torch.autograd.Function):
    """Exports `mmdeploy::PriorBox`."""

    @staticmethod
    def symbolic(g, feat, aspect_ratios=(2, 3), image_height=300, image_width=300, step_height=300, step_width=300,
                 max_sizes=(300, ), min_sizes=(285, ), offset=0.5, step_mmdetection=1):
        """Emit the node."""
        return g.op(
            'mmdeploy::PriorBox', feat, aspect_ratios_f=[float(x) for x in aspect_ratios], image_height_i=image_height,
            image_width_i=image_width, step_height_f=step_height, step_width_f=step_width,
            max_sizes_f=[float(x) for x in max_sizes], min_sizes_f=[float(x) for x in min_sizes], offset_f=offset,
            step_mmdetection_i=step_mmdetection)

    @staticmethod
    def forward(ctx, feat: torch.Tensor, aspect_ratios: Sequence[float] = (2, 3), image_height: int = 300,
                image_width: int = 300, step_height: float = 300, step_width: float = 300,
                max_sizes: Sequence[float] = (300, ), min_sizes: Sequence[float] = (285, ), offset: float = 0.5,
                step_mmdetection: int = 1) -> torch.Tensor:
        """Make priors.

        Args:
            ctx: context of the Function.
            feat: [1, C, H, W].
            aspect_ratios: width by height of further priors, each also turned.
            image_height, image_width: pixels of the image, the units of the result.
            step_height, step_width: pixels from cell to cell.
            max_sizes: as many as `min_sizes`, or none.
            min_sizes: sides of the square priors, in pixels.
            offset: of the centre in its cell, in cells.
            step_mmdetection: how ncnn rounds steps that are not given; here they are.

        Returns:
            [2, 4 * A * H * W], corners of the priors by row, column and prior, and what predictions are multiplied by.
        """

        def compute() -> torch.Tensor:
            height, width = feat.shape[-2:]
            half = _sizes(list(min_sizes), list(max_sizes), list(aspect_ratios)) / 2
            y = (torch.arange(height) + offset) * step_height
            x = (torch.arange(width) + offset) * step_width
            y, x = torch.meshgrid(y, x, indexing='ij')
            centers = torch.stack([x, y], -1).unsqueeze(2)
            image = torch.tensor([image_width, image_height], dtype=torch.float)
            corners = torch.cat([(centers - half) / image, (centers + half) / image], -1).reshape(-1)
            return torch.stack([corners, torch.tensor(_VARIANCES).repeat(len(corners) // 4)]).to(feat)

        return untraced(compute)


ncnn_prior_box_forward = NcnnPriorBoxOp.apply
