"""Tests of what the rewriters have in common."""
import warnings

import pytest

from mmdeploy.core.rewriters.rewriter_utils import (
    BackendChecker,
    Checker,
    ContextCaller,
    IRChecker,
    LibVersionChecker,
    RewriterRegistry,
    collect_env,
    eval_with_import,
    import_function,
)
from mmdeploy.utils import IR, Backend


class _Never(Checker):

    def check(self, env):
        return False


def test_eval_with_import():
    import torch
    assert eval_with_import('torch.nn.functional.linear') is (
        torch.nn.functional.linear)
    assert eval_with_import('torch') is torch
    with pytest.raises(AttributeError):
        eval_with_import('torch.no_such_thing')
    with pytest.raises(ImportError, match='no_such_package.a'):
        eval_with_import('no_such_package.a')


def test_import_function_tells_the_class():
    import torch
    assert import_function('torch.add') == (torch.add, None)
    assert import_function('torch.Tensor.add')[1] is torch.Tensor


def test_collect_env():
    env = collect_env(Backend.NCNN, IR.ONNX, opset=11, mmcls='9.9')
    assert env['backend'] is Backend.NCNN and env['ir'] is IR.ONNX
    assert env['opset'] == 11 and env['mmcls'] == '9.9'
    assert {'tensorrt', 'onnxruntime', 'ncnn', 'mmdet', 'mmdeploy'} <= set(env)


def test_checkers():
    env = dict(backend=Backend.NCNN, ir=IR.ONNX, lib='1.10.0', gone=None)
    assert BackendChecker(Backend.NCNN).check(env) is True
    assert BackendChecker(Backend.TENSORRT).check(env) is False
    assert IRChecker(IR.ONNX).check(env) is True
    assert LibVersionChecker('lib', '1.9', '1.10.0').check(env)
    assert not LibVersionChecker('lib', '1.11').check(env)
    assert not LibVersionChecker('lib', None, '1.9').check(env)
    assert not LibVersionChecker('gone').check(env)
    with pytest.raises(KeyError):
        LibVersionChecker('unknown').check(env)


def test_registration_returns_the_object_and_copies_checkers():
    registry = RewriterRegistry()
    checkers = [_Never()]

    def rewrite(ctx):
        return 1

    decorate = registry.register_object('a.b', 'ncnn', IR.ONNX, checkers)
    assert decorate(rewrite) is rewrite
    assert len(checkers) == 1
    record = registry._rewrite_records['a.b'][0]
    assert record['_object'] is rewrite and len(record['_checkers']) == 3
    with pytest.raises(KeyError, match='Cannot get key by value "no"'):
        registry.register_object('a.b', 'no', IR.DEFAULT)


def test_records_default_first_and_first_registered_wins():
    registry = RewriterRegistry()
    for name, backend, obj in (('x', 'ncnn', 1), ('x', 'default', 2),
                               ('y', 'default', 3), ('y', 'default', 4)):
        registry.register_object(name, backend, IR.DEFAULT)(obj)
    registry.register_object('z', 'default', IR.DEFAULT, _Never())(5)
    with pytest.warns(
            UserWarning,
            match='Detect multiple valid rewriters fory, use the first'):
        found = registry.get_records(dict(backend=Backend.NCNN, ir=IR.ONNX))
    assert [(n, r['_object']) for n, r in found] == [('y', 3), ('x', 1)]
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        found = registry.get_records(dict(backend=Backend.SDK, ir=IR.ONNX))
    assert [(n, r['_object']) for n, r in found] == [('x', 2), ('y', 3)]


def test_context_caller():

    def origin(a):
        """Doc."""
        return a

    caller = ContextCaller(
        lambda ctx, a: ctx.origin_func(a) + ctx.extra, origin, {}, extra=2)
    assert caller(1) == 3
    wrapped = caller.get_wrapped_caller()
    assert wrapped(1) == 3 and wrapped.__doc__ == 'Doc.'


def test_the_user_comes_before_mmdeploy():
    def of_mmdeploy():
        pass

    def of_user():
        pass

    of_mmdeploy.__module__, of_user.__module__ = 'mmdeploy.pytorch.ops.roll', 'my_rewrites'
    for backend in ('default', 'ncnn'):
        registry = RewriterRegistry()
        for obj in (of_mmdeploy, of_user):
            registry.register_object('x', backend, IR.DEFAULT)(obj)
        with warnings.catch_warnings():
            warnings.simplefilter('error')
            records = registry.get_records(collect_env(Backend.NCNN, IR.DEFAULT))
        assert [record['_object'] for _, record in records] == [of_user]


def test_records_are_removed():
    registry = RewriterRegistry()
    first, second = object(), object()
    for name, backend, obj in (('x', 'default', first), ('x', 'ncnn', first), ('x', 'ncnn', second),
                               ('y', 'ncnn', first)):
        registry.register_object(name, backend, IR.DEFAULT, kind=backend)(obj)
    registry.remove_record(first, lambda record: record['kind'] == 'default')
    assert [len(records) for records in registry._rewrite_records.values()] == [2, 1]
    registry.remove_record(first)
    assert [record['_object'] for record in registry._rewrite_records['x']] == [second]
    assert list(registry._rewrite_records) == ['x']
    registry.remove_record('x')
    assert not registry._rewrite_records
