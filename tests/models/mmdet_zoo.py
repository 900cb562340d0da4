"""Which of the model configs that mmdet ships can be exported to ONNX, and why the others cannot.

    python -m tests.models.mmdet_zoo [FOLDER ...] [--out FILE] [--seconds 180]

Models are built without weights, and deep backbones with fewer blocks. Configs that build the same network, but for its
depth, are exported once; each in a process of its own, which has a time limit.
"""
import argparse
import hashlib
import json
import logging
import re
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import mmcv
import mmdet
import torch

from mmdeploy.apis import build_task_processor
from mmdeploy.apis.core import no_mp
from mmdeploy.apis.onnx import export
from mmdeploy.codebase.mmdet.deploy.check import has_masks
from mmdeploy.utils import get_ir_config, get_root_logger, load_config
from tests.models import apart

ROOT = Path(mmdet.__file__).parent / '.mim' / 'configs'
# Do not change what is exported.
_TRAINING = ('train_cfg', 'init_cfg', 'pretrained', 'norm_eval', 'frozen_stages', 'with_cp', 'requires_grad')


def _plain(value) -> object:
    """Return a config without what concerns training; deep ResNets become shallow ones of the same blocks."""
    if isinstance(value, dict):
        # What classes are told apart by stands in the loss: `use_sigmoid`, activations of its own.
        found = {k: _plain(v) for k, v in value.items()
                 if k not in _TRAINING and (k == 'loss_cls' or not k.startswith('loss'))}
        if 'ResNe' in str(found.get('type', '')) or 'Res2Net' in str(found.get('type', '')):
            found['depth'] = min(found.get('depth', 50), 50)
        for key in ('depths', 'deepen_factor', 'num_csp_blocks'):
            if found.get('type', None) in ('SwinTransformer', 'CSPDarknet', 'YOLOXPAFPN'):
                found.pop(key, None)
        return found
    if isinstance(value, list | tuple):
        return [_plain(x) for x in value]
    return value


def _key(cfg: mmcv.Config) -> str:
    """Return what configs with the same network have in common."""
    return hashlib.sha1(json.dumps(_plain(cfg.model), sort_keys=True, default=str).encode()).hexdigest()


def _without_weights(value) -> None:
    """Drop what would be downloaded, and depth that only takes time, in place."""
    if isinstance(value, dict):
        for key in ('init_cfg', 'pretrained'):
            if value.get(key, None) is not None:
                value[key] = None
        if 'ResNe' in str(value.get('type', '')) and value.get('depth', 0) > 50:
            value['depth'] = 50
        if value.get('type', None) == 'SwinTransformer' and 'depths' in value:
            value['depths'] = [min(n, 2) for n in value['depths']]
        if value.get('type', None) == 'CSPDarknet':
            value['deepen_factor'] = min(value.get('deepen_factor', 1.0), 0.33)
        if value.get('type', None) == 'YOLOXPAFPN':
            value['num_csp_blocks'] = 1
    for part in (value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()):
        _without_weights(part)


def _export(path: Path) -> str:
    """Export a config; return why it failed, empty if it did not."""
    warnings.simplefilter('ignore')
    get_root_logger().setLevel(logging.CRITICAL)
    torch.set_num_threads(1)
    try:
        cfg = mmcv.Config.fromfile(str(path))
        _without_weights(cfg._cfg_dict)
        kind = 'instance-seg' if has_masks(cfg) else 'detection'
        deploy_cfg = load_config(f'configs/mmdet/{kind}/{kind}_onnxruntime_dynamic.py')[0]
        task = build_task_processor(cfg, deploy_cfg, 'cpu')
        task.check_convertible()
        model = task.init_pytorch_model()
        size = (320, 320) if 'ssd' in path.parent.name or 'pisa' in path.parent.name else (128, 160)
        ir = get_ir_config(deploy_cfg)
        with tempfile.TemporaryDirectory() as folder, no_mp():
            export(model, torch.rand(1, 3, *size), f'{folder}/end2end', backend='onnxruntime',
                   input_metas=dict(img_metas=[[dict()]]), context_info=dict(deploy_cfg=deploy_cfg),
                   input_names=ir['input_names'], output_names=ir['output_names'], opset_version=ir['opset_version'],
                   dynamic_axes=ir['dynamic_axes'], keep_initializers_as_inputs=False, optimize=False)
        return ''
    except Exception as error:  # noqa: BLE001  # whatever it is, it is listed
        return f'{type(error).__name__}: {error}'


def _run(path: Path, seconds: float) -> str:
    """Return why a config cannot be exported; empty if it can."""
    try:
        return apart.call(_export, path, seconds=seconds)
    except apart.NoAnswerError as error:
        return str(error)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folders', nargs='*', help='folders of mmdet\'s configs, by default all')
    parser.add_argument('--out', help='JSON file of the reasons by config; what it has already is not run again')
    parser.add_argument('--seconds', type=float, default=180, help='limit of each config')
    args = parser.parse_args()
    reasons = json.loads(Path(args.out).read_text()) if args.out and Path(args.out).exists() else {}
    folders = args.folders or sorted(p.name for p in ROOT.iterdir() if p.is_dir() and p.name != '_base_')
    by_key: dict[str, str] = {}
    for path in (p for folder in folders for p in sorted((ROOT / folder).glob('*.py'))):
        name = str(path.relative_to(ROOT))
        start = time.perf_counter()
        try:
            key = _key(mmcv.Config.fromfile(str(path)))
        except Exception as error:  # noqa: BLE001  # e.g. a part of a config, or a package that is missing
            key, reasons[name] = '', f'no model: {type(error).__name__}: {str(error)[:200]}'
        if key and name not in reasons:
            if key not in by_key:
                by_key[key] = _run(path, args.seconds)
            reasons[name] = by_key[key]
        if key:
            by_key[key] = reasons[name]
        print(f'{name}: {reasons[name][:160] or "exportable"} ({time.perf_counter() - start:.0f} s)', flush=True)
        if args.out:
            Path(args.out).write_text(json.dumps(reasons, indent=1))
    kinds = Counter('exportable' if not r else re.split(r'[:;]', r)[0] for r in reasons.values())
    print(f'{len(reasons)} configs: ' + ', '.join(f'{kind} {count}' for kind, count in kinds.most_common()))
    return 0


if __name__ == '__main__':
    sys.exit(main())
