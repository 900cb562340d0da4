"""Replaces functions and methods while a model is exported."""
import functools
import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mmdeploy.utils import IR, Backend, get_root_logger

from .rewriter_utils import Checker, ContextCaller, RewriterRegistry, eval_with_import, function_of, import_function
from .served import check_served


class _Patch(NamedTuple):
    """One replaced attribute, with what is needed to undo it."""
    path: str
    owner: Any  # the module, class or object that has the attribute
    name: str
    # As stored: a static method is not the function that access returns.
    stored: Any
    is_own: bool  # False: the attribute was inherited, so it is deleted

    def undo(self) -> None:
        if self.is_own:
            setattr(self.owner, self.name, self.stored)
        else:
            delattr(self.owner, self.name)


def _locate(path: str) -> _Patch:
    """Find the attribute that a path names.

    Raises:
        ImportError, AttributeError: there is none.
    """
    func, owner_class = import_function(path)
    owner_path, _, name = path.rpartition('.')
    if owner_class is None:
        owner = eval_with_import(owner_path)
        return _Patch(path, owner, name, func, True)
    if name in vars(owner_class):
        return _Patch(path, owner_class, name, vars(owner_class)[name], True)
    inherited = inspect.getattr_static(owner_class, name, func)
    return _Patch(path, owner_class, name, inherited, False)


def _original(patch: _Patch) -> Callable:
    """Return the function below static methods, properties and outer rewrites."""
    func = function_of(patch.stored)
    origin = getattr(func, 'mmdeploy_origin_func', None)
    return func if origin is None else origin


def _checked(patch: _Patch, record: dict, caller: Callable) -> Callable:
    """Return a rewrite that refuses objects of classes it was not checked for."""
    classes = record.get('classes')
    if classes is None:
        return caller
    original = _original(patch)

    @functools.wraps(caller)
    def check_and_call(self, *args, **kwargs):
        check_served(self, patch.path, original, classes)
        return caller(self, *args, **kwargs)

    return check_and_call


def _apply(patch: _Patch, caller: Callable) -> None:
    """Install a rewrite as the kind of attribute that was there."""
    if isinstance(patch.stored, staticmethod | classmethod):
        caller = type(patch.stored)(caller)
    elif isinstance(patch.stored, property):
        caller = patch.stored.getter(caller)
    elif isinstance(patch.stored, functools.cached_property):
        caller = functools.cached_property(caller)
        caller.__set_name__(patch.owner, patch.name)
    setattr(patch.owner, patch.name, caller)


def _imported(patches: list[_Patch]) -> list[list[_Patch]]:
    """Find where functions of modules were imported by `from module import function`.

    Returns:
        For each patch the attributes of other modules that are the same function, but not those that have a rewrite of
        their own.
    """
    own = {(id(patch.owner), patch.name) for patch in patches}
    found: list[list[_Patch]] = [[] for _ in patches]
    wanted = {
        id(patch.stored): i
        for i, patch in enumerate(patches) if inspect.ismodule(patch.owner) and callable(patch.stored)
    }
    for module in list(sys.modules.values()):
        # Most modules have none: that is found out fast.
        if not inspect.ismodule(module) or wanted.keys().isdisjoint(map(id, list(vars(module).values()))):
            continue
        for name, value in list(vars(module).items()):
            i = wanted.get(id(value))
            if i is not None and (id(module), name) not in own:
                found[i].append(_Patch(f'{module.__name__}.{name}', module, name, value, True))
    return found


def _undo(patches: list[_Patch]) -> None:
    """Undo the last patch first: two paths may name one attribute."""
    for patch in reversed(patches):
        patch.undo()


class FunctionRewriter:
    """Registers functions that replace others by their dotted path.

    A rewrite gets the context as first argument and calls what it replaces
    by `ctx.origin_func`.
    """

    def __init__(self):
        self._registry = RewriterRegistry()
        self._states: list[list[_Patch]] = []
        # What the last `enter` replaced; kept after `exit` for inspection.
        self._origin_functions = []
        self._additional_functions = []

    def register_rewriter(self,
                          func_name: str,
                          backend: str = Backend.DEFAULT.value,
                          ir: IR = IR.DEFAULT,
                          extra_checkers: Checker | list[Checker] | None = None,
                          classes: Sequence[str] | None = None,
                          **kwargs) -> Callable:
        """Return a decorator that registers a rewrite.

        Args:
            func_name: dotted path of what is replaced.
            backend: value of the engine the rewrite is for.
            ir: representation the rewrite is for.
            extra_checkers: further conditions.
            classes: of a method: dotted paths of the classes that the rewrite
                was checked for. Others that inherit the method are refused by
                name, see `served.py`; by default all are served.
            kwargs: become attributes of `ctx`.
        """
        return self._registry.register_object(
            func_name, backend, ir, extra_checkers,
            **kwargs, **({} if classes is None else dict(classes=tuple(classes))))

    def enter(self, cfg: dict = dict(), env: dict = dict(), **kwargs) -> None:  # noqa: B006
        """Install the rewrites that fit `env`; all of them or none."""
        found = []
        for path, record in self._registry.get_records(env):
            try:
                found.append((_locate(path), record))
            except (ImportError, AttributeError):
                get_root_logger().warning(
                    f'Can not find {path}, function rewrite will not be '
                    'applied')

        # Originals are taken before anything is replaced, so that a rewrite
        # never sees another one as its original.
        callers = [
            _checked(patch, record, ContextCaller(record['_object'], _original(patch), cfg,
                                                  **{**record, 'env': env, **kwargs}).get_wrapped_caller())
            for patch, record in found
        ]
        applied: list[_Patch] = []
        patches = [patch for patch, _ in found]
        try:
            for patch, copies, caller in zip(patches, _imported(patches), callers, strict=True):
                for target in (patch, *copies):
                    _apply(target, caller)
                    applied.append(target)
        except Exception:
            _undo(applied)
            raise
        self._states.append(applied)
        self._origin_functions = [(p.path, _original(p)) for p in patches
                                  if p.is_own]
        self._additional_functions = [p.path for p in patches if not p.is_own]

    def exit(self) -> None:
        """Undo the last `enter`."""
        _undo(self._states.pop())
