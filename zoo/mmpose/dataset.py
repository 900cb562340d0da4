"""The data set of stick figures, for mmpose."""
from mmpose.datasets import DATASETS
from mmpose.datasets.datasets import OneHand10KDataset


@DATASETS.register_module()
class StickFigureDataset(OneHand10KDataset):
    """Figures with boxes and key points in COCO's format; a key point is right within a tenth of the larger side."""

    def _report_metric(self, res_file, metrics, pck_thr=0.1, **kwargs):
        return super()._report_metric(res_file, metrics, pck_thr=pck_thr, **kwargs)
