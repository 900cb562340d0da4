"""Detectors of mmdet as we export them beside torchvision's of the same family, in ONNX Runtime, one thread.

    python -m benchmarks.detector_exports [--rounds 5] [--json FILE]

Both have ResNet-50 and FPN, random weights, 80 classes, an image of 640x640. Boxes are the anchors and one class wins
everywhere, so that both have 1000 proposals and 100 detections. Layers differ little between the two; what is compared
is what lies around them: anchors, selection, suppression, RoIs. Times are those of the thread that runs.
"""
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import mmdet
import numpy as np
import torch
import torchvision
from prettytable import PrettyTable

from benchmarks.graph_speed import best_times
from benchmarks.side_by_side import parse_arguments, plain_session, use_one_processor
from mmdeploy import graph
from mmdeploy.apis import torch2onnx
from mmdeploy.backend.onnxruntime.init_plugins import get_ops_path

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = Path(mmdet.__file__).parent / '.mim/configs'
SIZE = 640
FAMILIES = {
    'RetinaNet': ('retinanet/retinanet_r50_fpn_1x_coco.py', 'retinanet_resnet50_fpn', 80, 'detection/detection'),
    'Faster R-CNN': ('faster_rcnn/faster_rcnn_r50_fpn_1x_coco.py', 'fasterrcnn_resnet50_fpn', 81,
                     'detection/detection'),
    'Mask R-CNN': ('mask_rcnn/mask_rcnn_r50_fpn_1x_coco.py', 'maskrcnn_resnet50_fpn', 81, 'instance-seg/instance-seg'),
}


def equalize(layers: dict[str, torch.nn.Module], classes: int) -> None:
    """Give heads weights with which both sides have the same work.

    Args:
        layers: `boxes` and, of two stages, `proposals` move nothing, `classes` names one class of all.
        classes: outputs of `classes` for each anchor or RoI.
    """
    for name in ('boxes', 'proposals'):
        if name in layers:
            torch.nn.init.zeros_(layers[name].weight)
            torch.nn.init.zeros_(layers[name].bias)
    torch.nn.init.zeros_(layers['classes'].bias)
    layers['classes'].bias.data.view(-1, classes)[:, 3] = 6


def export_ours(config: str, kind: str, folder: Path) -> Path:
    """Export a config of mmdet as `tools/deploy.py` does."""
    import mmcv
    from mmdet.models import build_detector

    torch.manual_seed(0)
    deploy = mmcv.Config.fromfile(str(ROOT / f'configs/mmdet/{kind}_onnxruntime_static.py'))
    deploy.onnx_config.input_shape = [SIZE, SIZE]
    model = mmcv.Config.fromfile(str(CONFIGS / config))
    detector = build_detector(model.model)
    if hasattr(detector, 'rpn_head'):
        head = detector.roi_head.bbox_head
        equalize(dict(boxes=head.fc_reg, proposals=detector.rpn_head.rpn_reg, classes=head.fc_cls), 81)
    else:
        equalize(dict(boxes=detector.bbox_head.retina_reg, classes=detector.bbox_head.retina_cls), 80)
    torch.save(dict(state_dict=detector.state_dict()), folder / 'ours.pth')
    image = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    torch2onnx(image, str(folder), 'ours.onnx', deploy, model, str(folder / 'ours.pth'), 'cpu')
    return folder / 'ours.onnx'


def export_torchvision(name: str, classes: int, folder: Path) -> Path:
    """Export a model of torchvision as its documentation does, and simplify it as ours is."""
    torch.manual_seed(0)
    model = getattr(torchvision.models.detection, name)(
        weights=None, weights_backbone=None, num_classes=classes, min_size=SIZE, max_size=SIZE).eval()
    if hasattr(model, 'rpn'):
        head = model.roi_heads.box_predictor
        equalize(dict(boxes=head.bbox_pred, proposals=model.rpn.head.bbox_pred, classes=head.cls_score), classes)
    else:
        head = model.head
        equalize(dict(boxes=head.regression_head.bbox_reg, classes=head.classification_head.cls_logits), classes)
    torch.onnx.export(model, ([torch.rand(3, SIZE, SIZE)], ), str(folder / 'plain.onnx'), opset_version=11)
    simplified = graph.load(str(folder / 'plain.onnx'))
    simplified.optimize()
    simplified.save(str(folder / 'theirs.onnx'))
    return folder / 'theirs.onnx'


def runner(path: Path, x: np.ndarray) -> Callable[[], list]:
    """Return a function that runs a file."""
    session = plain_session(path, operators=get_ops_path())
    name = session.get_inputs()[0].name
    return lambda: session.run(None, {name: x})


def main() -> int:
    args = parse_arguments(__doc__.splitlines()[0], ROOT / 'build/benchmarks/detector_exports')
    use_one_processor()
    warnings.simplefilter('ignore')
    table = PrettyTable(['family', 'nodes', "torchvision's", 'ms', "torchvision's ms", 'ratio'])
    image = np.random.default_rng(0).random((3, SIZE, SIZE), np.float32)
    for family, (config, name, classes, kind) in FAMILIES.items():
        folder = args.work_dir / name
        folder.mkdir(parents=True, exist_ok=True)
        ours, theirs = export_ours(config, kind, folder), export_torchvision(name, classes, folder)
        nodes = [graph.load(str(path)).num_nodes for path in (ours, theirs)]
        own, other = best_times([runner(ours, image[None]), runner(theirs, image)], args.rounds)
        table.add_row([family, *nodes, f'{own:.0f}', f'{other:.0f}', f'{own / other:.2f}'])
        print(table.get_string(start=len(table.rows) - 1), flush=True)
    print(table)
    return 0


if __name__ == '__main__':
    sys.exit(main())
