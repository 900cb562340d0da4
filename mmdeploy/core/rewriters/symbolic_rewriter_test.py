"""Tests of symbolic rewrites."""
import io
import logging
import sys
import types

import onnx
import pytest
import torch
from torch import nn

from mmdeploy.core.rewriters.rewriter_manager import RewriterContext, RewriterManager
from mmdeploy.core.rewriters.rewriter_utils import collect_env
from mmdeploy.core.rewriters.symbolic_rewriter import SymbolicRewriter
from mmdeploy.utils import IR, Backend


class _Identity(torch.autograd.Function):

    @staticmethod
    def symbolic(g, x):
        return g.op('mmdeploy::symbolic_old', x)

    @staticmethod
    def forward(ctx, x):
        return x


@pytest.fixture
def toy():
    module = types.ModuleType('symbolic_toy')
    module.Identity = _Identity
    module.identity = _Identity.apply
    sys.modules['symbolic_toy'] = module
    yield module
    del sys.modules['symbolic_toy']


class _Module(nn.Module):

    def __init__(self, func):
        super().__init__()
        self.func = func

    def forward(self, x):
        return self.func(x)


def _op_types(func, opset=11):
    buffer = io.BytesIO()
    torch.onnx.export(
        _Module(func), torch.rand(1, 2, 3), buffer, opset_version=opset)
    model = onnx.load_from_string(buffer.getvalue())
    return [node.op_type for node in model.graph.node]


def _cummax(x):
    return x.cummax(dim=1)[0]


def test_builtin_operator_comes_and_goes():
    manager = RewriterManager()

    @manager.symbolic_rewriter.register_symbolic(
        'cummax', is_pytorch=True, arg_descriptors=['v', 'i'])
    def cummax(ctx, g, x, dim):
        assert ctx.cfg['answer'] == 42
        return g.op('mmdeploy::cummax', x, dim_i=dim, outputs=2)

    with RewriterContext(
            dict(answer=42), rewriter_manager=manager, opset=11):
        assert _op_types(_cummax) == ['cummax']
    rewriter = manager.symbolic_rewriter
    assert rewriter._pytorch_symbolic == [('cummax', '', 11)]
    with pytest.raises(RuntimeError):
        _op_types(_cummax)


def test_builtin_of_an_outer_context_comes_back():
    outer, inner = RewriterManager(), RewriterManager()
    for manager, name in ((outer, 'outer'), (inner, 'inner')):
        manager.symbolic_rewriter.register_symbolic(
            'cummax', is_pytorch=True)(
                lambda ctx, g, x, dim, name=name: g.op(
                    f'mmdeploy::{name}', x, outputs=2))
    with RewriterContext({}, rewriter_manager=outer):
        with RewriterContext({}, rewriter_manager=inner):
            assert _op_types(_cummax) == ['inner']
        assert _op_types(_cummax) == ['outer']


def test_opset_comes_from_the_config():
    manager = RewriterManager()
    manager.symbolic_rewriter.register_symbolic(
        'cummax', is_pytorch=True)(
            lambda ctx, g, x, dim: g.op('mmdeploy::cummax', x, outputs=2))
    cfg = dict(onnx_config=dict(opset_version=13))
    with RewriterContext(cfg, rewriter_manager=manager):
        assert _op_types(_cummax, opset=13) == ['cummax']


@pytest.mark.parametrize('path', ['symbolic_toy.Identity',
                                  'symbolic_toy.identity.__self__'])
def test_function(toy, path):
    manager = RewriterManager()

    @manager.symbolic_rewriter.register_symbolic(path, backend='ncnn')
    def new(ctx, g, x):
        return ctx.origin_func(g, g.op('mmdeploy::symbolic_new', x))

    with RewriterContext({}, 'ncnn', rewriter_manager=manager):
        assert _op_types(toy.identity) == ['symbolic_new', 'symbolic_old']
    with RewriterContext({}, rewriter_manager=manager):
        assert _op_types(toy.identity) == ['symbolic_old']
    assert _op_types(toy.identity) == ['symbolic_old']


def test_unknown_function_is_skipped_with_a_warning(caplog):
    rewriter = SymbolicRewriter()
    rewriter.register_symbolic('torch.nn.Linear')(lambda ctx, g: None)
    rewriter.register_symbolic('no.such.Function')(lambda ctx, g: None)
    logger = logging.getLogger('mmdeploy')
    logger.addHandler(caplog.handler)
    rewriter.enter({}, collect_env(Backend.DEFAULT, IR.DEFAULT))
    rewriter.exit()
    logger.removeHandler(caplog.handler)
    assert rewriter._extra_symbolic == []
    assert 'Can not add symbolic for `torch.nn.Linear`' in caplog.text
    assert 'Can not add symbolic for `no.such.Function`' in caplog.text
