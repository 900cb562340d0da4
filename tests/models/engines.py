"""From a module of PyTorch to a network in each engine, for the proofs of documented models."""
import argparse
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import mmcv
import numpy as np
import torch

from mmdeploy.apis.onnx import export
from mmdeploy.apis.torch_jit import trace
from mmdeploy.backend.base.native import import_native
from mmdeploy.core import RewriterContext, patch_model
from mmdeploy.utils import IR, get_ir_config

ENGINES = ('onnxruntime', 'openvino', 'ncnn', 'torchscript')
_FILES = {'openvino': ('.xml', '.bin'), 'ncnn': ('.param', '.bin')}


def get_ir(cfg: mmcv.Config) -> dict:
    """Return `onnx_config` or `ir_config`, to be changed."""
    return cfg['onnx_config' if 'onnx_config' in cfg else 'ir_config']


def _convert(model: torch.nn.Module, image: torch.Tensor, cfg: mmcv.Config, prefix: str):
    engine, ir = cfg.backend_config.type, get_ir_config(cfg)
    if engine == 'torchscript':
        with RewriterContext(cfg, engine, ir=IR.TORCHSCRIPT), torch.no_grad():
            trace(model, image, prefix, engine, dict(deploy_cfg=cfg))
        return import_native().Net(f'{prefix}.pt', engine, trusted=True)
    export(patch_model(model, cfg, engine), image, prefix, engine, context_info=dict(deploy_cfg=cfg),
           input_names=ir['input_names'], output_names=ir['output_names'], opset_version=ir['opset_version'],
           dynamic_axes=ir.get('dynamic_axes', None), optimize=True)
    if engine == 'onnxruntime':
        return import_native().Net(f'{prefix}.onnx', engine)
    import_native().convert(engine, f'{prefix}.onnx', prefix)
    network, weights = _FILES[engine]
    return import_native().Net(prefix + network, engine, weights=prefix + weights)


@contextmanager
def converted(model: torch.nn.Module, image: torch.Tensor, cfg: mmcv.Config) -> Iterator:
    """Give a model in the engine of a deploy config."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter('ignore')  # of the tracer, hundreds
        yield _convert(model, image, cfg, f'{folder}/end2end')


def run(net, image: torch.Tensor) -> np.ndarray:
    """Return the first output of a network for images [N, C, H, W]."""
    return next(iter(net.run({net.inputs[0].name: image.numpy()}).values()))


def difference(net, image: torch.Tensor, expected: np.ndarray) -> float:
    """Return the largest difference of a network's first output from an array, relative to the largest value there."""
    found = run(net, image)
    assert found.shape == expected.shape, f'{found.shape}, expected {expected.shape}'
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def differences(model: torch.nn.Module, images: Sequence[torch.Tensor], cfg: mmcv.Config,
                reference: Callable[[torch.Tensor], np.ndarray]) -> list[float]:
    """Convert a model with the first of its batches of images; return its `difference` from a reference for each."""
    with converted(model, images[0], cfg) as net:
        return [difference(net, x, reference(x)) for x in images]


def prove_all(title: str, names: Sequence[str], check: Callable[[str, str, bool], tuple[bool, str]],
              argv: Sequence[str] | None) -> int:
    """Check models in engines as the command line says, and print a line for each; return 1 when one is bad.

    Args:
        title: docstring of the command.
        names: of all models.
        check: of a name, an engine and whether shapes are dynamic: whether it is right, and what to say of it.
        argv: arguments of the command line.
    """
    parser = argparse.ArgumentParser(description=title.splitlines()[0])
    parser.add_argument('names', nargs='*', metavar='NAMES', help=f'of {", ".join(names)}')
    parser.add_argument('--engine', nargs='+', default=ENGINES, choices=ENGINES)
    parser.add_argument('--shapes', nargs='+', default=('static', 'dynamic'), choices=('static', 'dynamic'))
    args = parser.parse_args(argv)
    bad = 0
    for name in args.names or names:
        for engine in args.engine:
            for shapes in args.shapes:
                begin = time.monotonic()
                try:
                    right, text = check(name, engine, shapes == 'dynamic')
                except Exception as error:  # noqa: BLE001  whatever it is, it is listed
                    right, text = False, f'{type(error).__name__}: {" ".join(str(error).split())[:300]}'
                bad += not right
                print(f'{"ok " if right else "BAD"} {name} {engine} {shapes} {time.monotonic() - begin:.1f} s: {text}',
                      flush=True)
    print(f'{bad} differ or fail')
    return int(bad > 0)
