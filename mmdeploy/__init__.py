"""Converter of OpenMMLab models to the formats of inference engines.

Importing any part of the package registers the rewrites of PyTorch and
mmcv, so that a `RewriterContext` always knows them.
"""
import importlib.util

from mmdeploy.utils import get_root_logger

from .version import __version__

if importlib.util.find_spec('torch'):
    importlib.import_module('mmdeploy.pytorch')
else:
    get_root_logger().debug('torch is not installed: no PyTorch rewrites')

if importlib.util.find_spec('mmcv'):
    importlib.import_module('mmdeploy.mmcv')
else:
    get_root_logger().debug('mmcv is not installed: no mmcv rewrites')

__all__ = ['get_root_logger', '__version__']
