"""Tests of module rewrites."""
import torch
from torch import nn

from mmdeploy.core.rewriters.module_rewriter import ModuleRewriter


class _Child(nn.Conv2d):
    pass


def _rewriter(backend='ncnn'):
    rewriter = ModuleRewriter()

    @rewriter.register_rewrite_module('torch.nn.ReLU', backend=backend)
    class Replacement(nn.Module):

        def __init__(self, module, cfg, *, wanted=None):
            super().__init__()
            self.module, self.cfg, self.wanted = module, cfg, wanted

        def forward(self, x):
            return self.module(x) + 1

    return rewriter, Replacement


def test_children_are_replaced():
    rewriter, cls = _rewriter()
    model = nn.Sequential(nn.Sequential(nn.ReLU()), nn.ReLU(), nn.ReLU6())
    patched = rewriter.patch_model(
        model, dict(a=1), 'ncnn', wanted=3, redundant=4)
    assert patched is model
    assert isinstance(model[0][0], cls) and isinstance(model[1], cls)
    assert model[1].wanted == 3 and model[1].cfg == dict(a=1)
    assert isinstance(model[2], nn.ReLU6)
    assert model[1](torch.zeros(1)).item() == 1


def test_root_and_recursion():
    rewriter, cls = _rewriter()
    assert isinstance(rewriter.patch_model(nn.ReLU(), {}, 'ncnn'), cls)
    model = nn.Sequential(nn.ReLU())
    rewriter.patch_model(model, {}, 'ncnn', recursive=False)
    assert isinstance(model[0], nn.ReLU)


def test_other_backend_and_unknown_type_change_nothing():
    rewriter, _ = _rewriter()
    rewriter.register_rewrite_module('no.such.Module')(nn.Identity)
    model = nn.Sequential(nn.ReLU())
    rewriter.patch_model(model, {}, 'tensorrt')
    assert isinstance(model[0], nn.ReLU)


def test_exact_type_only():
    rewriter = ModuleRewriter()
    rewriter.register_rewrite_module('torch.nn.Conv2d')(
        lambda module, cfg: nn.Identity())
    model = nn.Sequential(_Child(1, 1, 1))
    rewriter.patch_model(model, {})
    assert isinstance(model[0], _Child)


def test_one_module_under_several_names_and_parents():
    rewriter, cls = _rewriter()
    relu = nn.ReLU()
    model = nn.Module()
    model.first = model.second = relu
    model.items = nn.ModuleList([relu, nn.ReLU()])
    model.items.append(model.items[1])
    model.missing = None
    rewriter.patch_model(model, {}, 'ncnn')
    assert isinstance(model.first, cls) and not isinstance(model.first.module, cls)
    assert model.first is model.second is model.items[0]
    assert isinstance(model.items[1], cls) and model.items[1] is model.items[2] is not model.first
