"""What the function, module and symbolic rewriters have in common."""
import functools
import importlib
import inspect
import warnings
from abc import ABCMeta, abstractmethod
from collections.abc import Callable
from typing import Any

from packaging import version

import mmdeploy
from mmdeploy.utils import IR, Backend, get_backend, get_backend_config, get_backend_version, get_codebase_version


def function_of(stored: Any) -> Callable:
    """Return the function that a static method or a property calls."""
    if isinstance(stored, staticmethod | classmethod):
        return stored.__func__
    if isinstance(stored, property):
        return stored.fget
    if isinstance(stored, functools.cached_property):
        return stored.func
    return stored


def _import_prefix(path: str) -> tuple[Any, list[str]]:
    """Import the longest module prefix of a dotted path.

    Returns:
        The module and the attribute names that are left.
    """
    parts = path.split('.')
    for end in range(len(parts), 0, -1):
        name = '.'.join(parts[:end])
        try:
            return importlib.import_module(name), parts[end:]
        except ModuleNotFoundError as error:
            # `name` or a parent of it is no module: try a shorter prefix.
            # A missing import inside an existing module is a real error.
            if error.name is None or not (name + '.').startswith(error.name +
                                                                 '.'):
                raise
    raise ModuleNotFoundError(f'no module of {path!r} can be imported')


def eval_with_import(path: str) -> Any:
    """Return the object that a dotted path names.

    Args:
        path: e.g. `torch.nn.functional.linear`.

    Raises:
        ImportError: no module of the path can be imported.
        AttributeError: the module has no such attribute.
    """
    module, names = _import_prefix(path)
    try:
        return functools.reduce(getattr, names, module)
    except AttributeError:
        # A function may hide the module of its name, as in mmcv.ops.
        parent, _, name = module.__name__.rpartition('.')
        if not parent:
            raise
        return functools.reduce(getattr, [name, *names],
                                importlib.import_module(parent))


def import_function(path: str) -> tuple[Callable, type | None]:
    """Return the object that a path names and the class that owns it.

    Returns:
        The object, and None instead of a class for a module's function.
    """
    module, names = _import_prefix(path)
    if not names:
        return module, None
    owner = functools.reduce(getattr, names[:-1], module)
    found = getattr(owner, names[-1])
    return found, owner if inspect.isclass(owner) else None


def collect_env(backend: Backend, ir: IR, **kwargs) -> dict:
    """Return the facts that checkers ask about.

    Returns:
        `backend`, `ir`, `mmdeploy` (version), the version of each engine and
        code base (None when missing), updated with `kwargs`.
    """
    env = dict(backend=backend, ir=ir, mmdeploy=mmdeploy.__version__)
    env.update(get_backend_version())
    env.update(get_codebase_version())
    env.update(kwargs)
    return env


class Checker(metaclass=ABCMeta):
    """Decides whether a rewrite applies in an environment."""

    @abstractmethod
    def check(self, env: dict) -> bool:
        """Tell whether the rewrite applies."""


class BackendChecker(Checker):
    """Asks for an engine."""

    def __init__(self, required_backend: Backend):
        self.required_backend = required_backend

    def check(self, env: dict) -> bool:
        return env['backend'] == self.required_backend


class IRChecker(Checker):
    """Asks for an intermediate representation."""

    def __init__(self, required_ir: IR):
        self.required_ir = required_ir

    def check(self, env: dict) -> bool:
        return env['ir'] == self.required_ir


class LibVersionChecker(Checker):
    """Asks for a version of a library, bounds included.

    A library that is missing fails the check; one that `collect_env` does not
    know raises `KeyError`.
    """

    def __init__(self,
                 lib: str,
                 min_version: str | None = None,
                 max_version: str | None = None):
        self.lib = lib
        self.min_version = min_version
        self.max_version = max_version

    def check(self, env: dict) -> bool:
        if env[self.lib] is None:
            return False
        found = version.parse(env[self.lib])
        if self.min_version is not None:
            if found < version.parse(self.min_version):
                return False
        if self.max_version is not None:
            if found > version.parse(self.max_version):
                return False
        return True


def _users_first(records: list[dict]) -> list[dict]:
    """Leave out mmdeploy's own rewrites where a user has registered another one."""
    package = mmdeploy.__name__ + '.'
    users = [record for record in records if not getattr(record['_object'], '__module__', '').startswith(package)]
    return users or records


class RewriterRegistry:
    """Rewrites by the dotted path of what they replace."""

    def __init__(self):
        self._rewrite_records: dict[str, list[dict]] = {}

    def register_object(self,
                        name: str,
                        backend: str,
                        ir: IR,
                        extra_checkers: Checker | list[Checker] | None = None,
                        **kwargs) -> Callable:
        """Return a decorator that registers an object and returns it.

        Args:
            name: dotted path of what is replaced.
            backend: value of a `Backend` member.
            ir: representation the rewrite is for.
            extra_checkers: further conditions, all of which must hold.
            kwargs: kept in the record.
        """
        if extra_checkers is None:
            checkers = []
        elif isinstance(extra_checkers, Checker):
            checkers = [extra_checkers]
        else:
            checkers = list(extra_checkers)
        required_backend = Backend.get(backend)
        if required_backend != Backend.DEFAULT:
            checkers.append(BackendChecker(required_backend))
        if ir != IR.DEFAULT:
            checkers.append(IRChecker(ir))

        def decorate(obj: Any) -> Any:
            record = dict(kwargs, _object=obj, _checkers=checkers)
            self._rewrite_records.setdefault(name, []).append(record)
            return obj

        return decorate

    def remove_record(self,
                      obj: Any,
                      filter_cb: Callable[[dict], bool] | None = None) -> None:
        """Forget a rewrite.

        Args:
            obj: what was registered, or the dotted path of what it replaces.
            filter_cb: tells whether a record of it goes; by default all do.
        """
        for name, records in list(self._rewrite_records.items()):
            kept = [
                record for record in records
                if not (record['_object'] is obj or name == obj) or (
                    filter_cb is not None and not filter_cb(record))
            ]
            if kept:
                self._rewrite_records[name] = kept
            else:
                del self._rewrite_records[name]

    def get_records(self, env: dict) -> list[tuple[str, dict]]:
        """Choose one rewrite per name.

        A user's rewrite goes before one of mmdeploy with conditions of the same kind.

        Returns:
            Rewrites without conditions first, those with conditions that
            hold last: where two names mean one attribute, the last wins.
        """
        default, specific = [], []
        for name, records in self._rewrite_records.items():
            unconditional = [r for r in records if not r['_checkers']]
            fitting = [
                r for r in records if r['_checkers'] and all(
                    checker.check(env) for checker in r['_checkers'])
            ]
            unconditional, fitting = _users_first(unconditional), _users_first(fitting)
            for candidates in (unconditional, fitting):
                if len(candidates) > 1:
                    warnings.warn('Detect multiple valid rewriters for'
                                  f'{name}, use the first rewriter.',
                                  stacklevel=2)
            if fitting:
                specific.append((name, fitting[0]))
            elif unconditional:
                default.append((name, unconditional[0]))
        return default + specific


class ContextCaller:
    """A rewrite with what it needs to know: its first argument `ctx`.

    Attributes:
        func: the rewrite.
        origin_func: what it replaces; None for PyTorch's own symbolics.
        cfg: the deploy config of the `RewriterContext`.
        env: what `collect_env` says, where a rewriter made the caller.

    Keywords of the registration and of the context are attributes as well.
    """

    def __init__(self, func: Callable, origin_func: Callable | None,
                 cfg: dict, **kwargs):
        self.func = func
        self.origin_func = origin_func
        self.cfg = cfg
        for key, value in kwargs.items():
            setattr(self, key, value)

    def __call__(self, *args, **kwargs) -> Any:
        return self.func(self, *args, **kwargs)

    @property
    def backend(self) -> Backend:
        """The engine that the config names, or else the one that the `RewriterContext` was made for."""
        if self.cfg and 'type' in get_backend_config(self.cfg):
            return get_backend(self.cfg)
        return getattr(self, 'env', {}).get('backend', Backend.DEFAULT)

    def get_wrapped_caller(self) -> Callable:
        """Return a plain function, which binds when set on a class."""

        def wrapper(*args, **kwargs):
            return self.func(self, *args, **kwargs)

        if self.origin_func is not None:
            functools.update_wrapper(wrapper, self.origin_func)
        else:
            # PyTorch reads the parameters of a symbolic function.
            functools.update_wrapper(wrapper, self.func)
            signature = inspect.signature(self.func)
            wrapper.__signature__ = signature.replace(
                parameters=list(signature.parameters.values())[1:])
        wrapper.mmdeploy_origin_func = self.origin_func
        return wrapper
