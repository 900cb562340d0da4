"""Which classes a rewrite of a method is right for.

A method of a base class serves every subclass that inherits it, also those that change what it calls. A rewrite was
checked for some classes: another one is refused by name instead of getting other numbers.
"""
import functools
import inspect
from collections.abc import Callable, Sequence
from types import CodeType

from .rewriter_utils import eval_with_import, function_of


class NotServedError(NotImplementedError):
    """A class that a rewrite was not checked for."""


def _names(code: CodeType) -> set[str]:
    """Return the attributes that a function and those inside of it ask for."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names(constant)
    return names


def _function_at(cls: type, name: str) -> Callable | None:
    """Return the function of a class, below rewrites and decorators."""
    found = function_of(inspect.getattr_static(cls, name, None))
    found = getattr(found, 'mmdeploy_origin_func', None) or found
    found = inspect.unwrap(found) if callable(found) else None
    return found if inspect.isfunction(found) else None


def methods_behind(cls: type, name: str, function: Callable | None = None) -> dict[str, Callable]:
    """Return the methods of a class that one of them calls, directly or not, itself included.

    Args:
        cls: the class.
        name: the method.
        function: the method as it was before rewrites; by default what the class has.
    """
    found: dict[str, Callable] = {}
    open_names = [name]
    while open_names:
        current = open_names.pop()
        if current in found:
            continue
        method = inspect.unwrap(function) if current == name and function is not None else _function_at(cls, current)
        if method is None or not inspect.isfunction(method):
            continue
        found[current] = method
        open_names += [n for n in _names(method.__code__) if not n.startswith('__')]
    return found


@functools.cache
def _is_served(cls: type, served: type, name: str, function: Callable) -> bool:
    """Tell whether a class behaves as one that a rewrite was checked for."""
    if cls is served:
        return True
    return issubclass(cls, served) and methods_behind(cls, name, function) == methods_behind(served, name, function)


def _load(paths: Sequence[str]) -> list[type]:
    """Return the classes that the installed version of a code base has."""
    classes = []
    for path in paths:
        try:
            classes.append(eval_with_import(path))
        except (ImportError, AttributeError):
            continue
    return classes


def check_served(instance: object, path: str, function: Callable, paths: Sequence[str]) -> None:
    """Refuse an object whose class a rewrite was not checked for.

    Served are the named classes, and subclasses of them that do not change the method or what it calls.

    Args:
        instance: the first argument of the method.
        path: dotted path of the rewritten method.
        function: what it was before.
        paths: dotted paths of the classes.

    Raises:
        NotServedError: names the class, and those that are served.
    """
    cls = type(instance)
    name = path.rpartition('.')[2]
    if any(_is_served(cls, served, name, function) for served in _load(paths)):
        return
    listed = ', '.join(p.rpartition('.')[2] for p in paths)
    raise NotServedError(
        f'{cls.__module__}.{cls.__name__} cannot be converted: the rewrite of {path} gives the right numbers for '
        f'{listed} and for subclasses that do not change what it calls; register a rewrite of '
        f"'{cls.__module__}.{cls.__name__}.{name}' for it")
