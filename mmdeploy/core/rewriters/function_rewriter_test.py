"""Tests of function rewrites."""
import functools
import logging
import sys
import threading
import types

import pytest
import torch

from mmdeploy.core.rewriters.function_rewriter import FunctionRewriter
from mmdeploy.core.rewriters.rewriter_manager import FUNCTION_REWRITER, RewriterContext, RewriterManager
from mmdeploy.core.rewriters.rewriter_utils import collect_env
from mmdeploy.utils import IR, Backend


@pytest.fixture
def package():
    """A module with a class, whose method is seen under two paths."""
    module = types.ModuleType('rewriter_toy')
    inner = types.ModuleType('rewriter_toy.inner')

    class Base:

        def method(self):
            return 'base'

        @staticmethod
        def static():
            return 'static'

        @classmethod
        def of_class(cls):
            return cls.__name__

    class Derived(Base):
        pass

    def function():
        return 'function'

    for target in (module, inner):
        target.Base, target.Derived, target.function = Base, Derived, function
    module.inner = inner
    sys.modules.update({'rewriter_toy': module, 'rewriter_toy.inner': inner})
    yield module
    del sys.modules['rewriter_toy'], sys.modules['rewriter_toy.inner']


def _env(backend=Backend.DEFAULT, ir=IR.DEFAULT):
    return collect_env(backend, ir)


def test_apply_and_undo(package):
    rewriter = FunctionRewriter()

    @rewriter.register_rewriter('rewriter_toy.function', extra='!')
    def rewrite(ctx):
        return ctx.origin_func() + ctx.extra + str(ctx.opset) + ctx.cfg['k']

    original = package.function
    rewriter.enter(dict(k='v'), _env(), opset=11)
    assert package.function() == 'function!11v'
    # The module that imported it gets the rewrite as well.
    assert package.inner.function() == 'function!11v'
    rewriter.exit()
    assert package.function is package.inner.function is original
    assert rewriter._origin_functions == [('rewriter_toy.function', original)]
    del rewriter._origin_functions[-1]


def test_an_import_with_a_rewrite_of_its_own_keeps_it(package):
    for paths in (('', '.inner'), ('.inner', '')):
        rewriter = FunctionRewriter()
        for path in paths:
            rewriter.register_rewriter(f'rewriter_toy{path}.function')(lambda ctx, path=path: path + ctx.origin_func())
        rewriter.enter({}, _env())
        assert (package.function(), package.inner.function()) == ('function', '.innerfunction')
        rewriter.exit()
        assert package.function() == package.inner.function() == 'function'


def test_names_imported_before_and_between(package):
    importer = types.ModuleType('rewriter_importer')
    importer.renamed = package.function
    importer.constant = 3
    sys.modules['rewriter_importer'] = importer
    try:
        rewriter = FunctionRewriter()
        rewriter.register_rewriter('rewriter_toy.function')(lambda ctx: ctx.origin_func() + '!')
        rewriter.enter({}, _env())
        rewriter.enter({}, _env())
        importer.late = package.function
        assert importer.renamed() == 'function!'
        rewriter.exit()
        assert importer.renamed() == package.function() == 'function!'
        rewriter.exit()
        assert importer.renamed() == package.function() == 'function'
        assert importer.late() == 'function!'  # what was imported inside of a context is the user's
    finally:
        del sys.modules['rewriter_importer']


def test_properties(package):
    class WithProperties:
        scale = 2

        @property
        def strength(self):
            return self.scale

        @strength.setter
        def strength(self, value):
            self.scale = value

        @functools.cached_property
        def cached(self):
            return self.scale * 10

    package.WithProperties = WithProperties
    rewriter = FunctionRewriter()
    rewriter.register_rewriter('rewriter_toy.WithProperties.strength')(lambda ctx, self: ctx.origin_func(self) + 1)
    rewriter.register_rewriter('rewriter_toy.WithProperties.cached')(lambda ctx, self: ctx.origin_func(self) + 1)
    stored = dict(vars(WithProperties))
    rewriter.enter({}, _env())
    toy = WithProperties()
    assert (toy.strength, toy.cached) == (3, 21)
    toy.strength = 5
    assert toy.strength == 6
    rewriter.exit()
    assert toy.strength == 5 and WithProperties().cached == 20
    assert all(vars(WithProperties)[name] is stored[name] for name in ('strength', 'cached'))


def test_backend_selects(package):
    rewriter = FunctionRewriter()
    rewriter.register_rewriter('rewriter_toy.function')(lambda ctx: 'default')
    rewriter.register_rewriter(
        'rewriter_toy.function', backend='tensorrt')(lambda ctx: 'trt')
    rewriter.register_rewriter(
        'rewriter_toy.function', ir=IR.TORCHSCRIPT)(lambda ctx: 'ts')
    for env, expected in ((_env(), 'default'),
                          (_env(Backend.NCNN), 'default'),
                          (_env(Backend.TENSORRT), 'trt'),
                          (_env(ir=IR.TORCHSCRIPT), 'ts')):
        rewriter.enter({}, env)
        assert package.function() == expected
        rewriter.exit()


def test_specific_wins_for_aliased_methods(package):
    rewriter = FunctionRewriter()
    rewriter.register_rewriter(
        'rewriter_toy.Base.method',
        backend='ncnn')(lambda ctx, self: 'ncnn ' + ctx.origin_func(self))
    rewriter.register_rewriter('rewriter_toy.inner.Base.method')(
        lambda ctx, self: 'default ' + ctx.origin_func(self))
    rewriter.enter({}, _env(Backend.NCNN))
    assert package.Base().method() == 'ncnn base'
    rewriter.exit()
    assert package.Base().method() == 'base'


def test_inherited_method_is_deleted_on_exit(package):
    rewriter = FunctionRewriter()
    rewriter.register_rewriter('rewriter_toy.Derived.method')(
        lambda ctx, self: 'derived ' + ctx.origin_func(self))
    rewriter.enter({}, _env())
    assert package.Derived().method() == 'derived base'
    assert package.Base().method() == 'base'
    assert rewriter._additional_functions == ['rewriter_toy.Derived.method']
    rewriter.exit()
    assert 'method' not in vars(package.Derived)


def test_static_and_class_methods(package):
    rewriter = FunctionRewriter()
    rewriter.register_rewriter('rewriter_toy.Base.static')(
        lambda ctx: ctx.origin_func() + '!')
    rewriter.register_rewriter('rewriter_toy.Base.of_class')(
        lambda ctx, cls: ctx.origin_func(cls) + '!')
    rewriter.enter({}, _env())
    assert package.Base().static() == package.Base.static() == 'static!'
    assert package.Derived.of_class() == 'Derived!'
    rewriter.exit()
    assert isinstance(vars(package.Base)['static'], staticmethod)
    assert package.Base.static() == 'static'
    assert package.Derived.of_class() == 'Derived'


def test_builtins_and_stacked_decorators():
    rewriter = FunctionRewriter()

    @rewriter.register_rewriter('torch.add')
    @rewriter.register_rewriter('torch.Tensor.add')
    def rewrite(ctx, a, b):
        return ctx.origin_func(a, b) * 10

    x = torch.ones(2)
    rewriter.enter({}, _env())
    assert torch.add(x, x).tolist() == x.add(x).tolist() == [20, 20]
    rewriter.exit()
    assert torch.add(x, x).tolist() == x.add(x).tolist() == [2, 2]
    assert 'add' not in vars(torch.Tensor)


def test_unknown_path_is_skipped_with_a_warning(caplog):
    rewriter = FunctionRewriter()
    rewriter.register_rewriter('no_such_package.function')(lambda ctx: 0)
    logger = logging.getLogger('mmdeploy')
    logger.addHandler(caplog.handler)
    rewriter.enter({}, _env())
    rewriter.exit()
    logger.removeHandler(caplog.handler)
    assert rewriter._origin_functions == []
    assert ('Can not find no_such_package.function, function rewrite will '
            'not be applied') in caplog.text


def test_enter_applies_all_or_none(package):
    rewriter = FunctionRewriter()
    rewriter.register_rewriter('rewriter_toy.function')(lambda ctx: 'new')
    # A type of C does not take new attributes.
    rewriter.register_rewriter('builtins.int.bit_length')(lambda ctx, s: 0)
    with pytest.raises(TypeError):
        rewriter.enter({}, _env())
    assert package.function() == 'function'


def _manager_with(path, rewrite):
    manager = RewriterManager()
    manager.function_rewriter.register_rewriter(path)(rewrite)
    return manager


def test_contexts_nest(package):
    manager = _manager_with('rewriter_toy.function', lambda ctx:
                            f'{ctx.cfg["name"]}({ctx.origin_func()})')
    with RewriterContext(dict(name='a'), rewriter_manager=manager):
        assert package.function() == 'a(function)'
        with RewriterContext(dict(name='b'), rewriter_manager=manager):
            assert package.function() == 'b(function)'
        assert package.function() == 'a(function)'
    assert package.function() == 'function'


def test_undone_when_the_block_raises(package):
    manager = _manager_with('rewriter_toy.function', lambda ctx: 'new')
    with pytest.raises(ZeroDivisionError):
        with RewriterContext(rewriter_manager=manager):
            assert package.function() == 'new'
            raise ZeroDivisionError
    assert package.function() == 'function'


def test_a_second_thread_waits(package):
    manager = _manager_with('rewriter_toy.function',
                            lambda ctx: ctx.cfg['name'])
    seen = []

    def other():
        with RewriterContext(dict(name='b'), rewriter_manager=manager):
            seen.append(package.function())

    with RewriterContext(dict(name='a'), rewriter_manager=manager):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(0.05)
        assert seen == [] and package.function() == 'a'
    thread.join()
    assert seen == ['b'] and package.function() == 'function'


def test_enter_and_exit_are_public(package):
    context = RewriterContext(
        rewriter_manager=_manager_with('rewriter_toy.function',
                                       lambda ctx: 'new'))
    context.enter()
    assert package.function() == 'new'
    context.exit()
    assert package.function() == 'function'


def test_nothing_stays_patched_after_a_real_context():
    """The registered rewrites of this package come off completely."""
    import mmdeploy.apis.onnx  # noqa: F401
    from mmdeploy.core.rewriters.rewriter_utils import eval_with_import
    paths = list(FUNCTION_REWRITER._registry._rewrite_records)

    def attributes():
        found = {}
        for path in paths:
            try:
                found[path] = eval_with_import(path)
            except (ImportError, AttributeError):
                pass
        return found

    before = attributes()
    with RewriterContext({}, backend='onnxruntime'):
        inside = attributes()
        assert inside['torch.onnx.utils._model_to_graph'] is not (
            before['torch.onnx.utils._model_to_graph'])
    assert attributes() == before
