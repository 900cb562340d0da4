"""Export of anchors at every cell of a feature map whose size is dynamic."""
import torch

from mmdeploy.core.rewriters.untraced import untraced


def _priors(base_anchors: torch.Tensor, feat_h: int, feat_w: int, stride_h: int, stride_w: int) -> torch.Tensor:
    """See `GridPriorsTRTOp`."""
    y = torch.arange(feat_h, device=base_anchors.device) * stride_h
    x = torch.arange(feat_w, device=base_anchors.device) * stride_w
    y, x = (axis.flatten() for axis in torch.meshgrid(y, x, indexing='ij'))
    shifts = torch.stack([x, y, x, y], -1).to(base_anchors.dtype)
    return (shifts[:, None] + base_anchors[None]).reshape(-1, 4)


class GridPriorsTRTOp(torch.autograd.Function):
    """Exports `mmdeploy::GridPriorsTRT`."""

    @staticmethod
    def forward(ctx, base_anchors: torch.Tensor, feat_h: int, feat_w: int, stride_h: int,
                stride_w: int) -> torch.Tensor:
        """Shift anchors [A, 4] to each cell.

        Args:
            ctx: context of the Function.
            base_anchors: [A, 4], x1, y1, x2, y2 around the first cell.
            feat_h, feat_w: size of the feature map.
            stride_h, stride_w: distance of cells.

        Returns:
            [feat_h * feat_w * A, 4], by row, column and anchor.
        """
        return untraced(_priors, base_anchors, int(feat_h), int(feat_w), int(stride_h), int(stride_w))

    @staticmethod
    def symbolic(g, base_anchors, feat_h, feat_w, stride_h, stride_w):
        """Emit the node; the sizes become the lengths of vectors, which is what a plug-in can see."""

        def vector(length):
            axis = g.op('Constant', value_t=torch.tensor([-1]))
            return g.op('ConstantOfShape', g.op('Reshape', length, axis), value_t=torch.tensor([0]))

        return g.op(
            'mmdeploy::GridPriorsTRT',
            base_anchors,
            vector(feat_h),
            vector(feat_w),
            stride_h_i=int(stride_h),
            stride_w_i=int(stride_w))
