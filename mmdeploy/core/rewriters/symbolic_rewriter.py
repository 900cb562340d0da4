"""Replaces the functions that translate operators to ONNX nodes."""
from collections.abc import Callable

from torch.autograd import Function
from torch.onnx.symbolic_helper import parse_args

from mmdeploy.utils import IR, Backend, get_root_logger

from .rewriter_utils import Checker, ContextCaller, RewriterRegistry, eval_with_import
from .torch_symbolics import override_symbolic


def _find_function(path: str) -> type | None:
    """Return the autograd Function that a path names, else None.

    A path that ends with `__self__` names the Function behind a bound
    `apply`, as in `mmcv.ops.roi_align.__self__`.
    """
    try:
        found = eval_with_import(path)
    except (ImportError, AttributeError):
        return None
    if isinstance(found, type) and issubclass(found, Function):
        return found
    return None


def _original(function: type) -> Callable:
    """Return the symbolic below outer contexts."""
    symbolic = function.symbolic
    origin = getattr(symbolic, 'mmdeploy_origin_func', None)
    return symbolic if origin is None else origin


class SymbolicRewriter:
    """Registers symbolic functions of ATen operators and of Functions.

    A rewrite gets the context as first and the graph as second argument.
    """

    def __init__(self) -> None:
        self._registry = RewriterRegistry()
        self._states: list[list[Callable[[], None]]] = []
        # What the last `enter` replaced; kept after `exit` for inspection.
        self._pytorch_symbolic = []
        self._extra_symbolic = []

    def register_symbolic(self,
                          func_name: str,
                          backend: str = Backend.DEFAULT.value,
                          is_pytorch: bool = False,
                          arg_descriptors: list[str] | None = None,
                          ir: IR = IR.DEFAULT,
                          extra_checkers: Checker | list[Checker] | None = None,
                          **kwargs) -> Callable:
        """Return a decorator that registers a rewrite.

        Args:
            func_name: ATen operator, or dotted path of an autograd Function.
            backend: value of the engine the rewrite is for.
            is_pytorch: `func_name` is an ATen operator.
            arg_descriptors: how `torch.onnx.symbolic_helper.parse_args`
                converts the inputs.
            ir: representation the rewrite is for.
            extra_checkers: further conditions.
            kwargs: become attributes of `ctx`.
        """
        return self._registry.register_object(
            func_name,
            backend,
            ir,
            extra_checkers,
            is_pytorch=is_pytorch,
            arg_descriptors=arg_descriptors,
            **kwargs)

    def enter(self,
              cfg: dict = dict(),  # noqa: B006
              env: dict = dict(),  # noqa: B006
              opset: int = 11,
              **kwargs) -> None:
        """Install the rewrites that fit `env`; all of them or none.

        Args:
            cfg: deploy config.
            env: see `collect_env`.
            opset: version of the exported model.
        """
        builtin, custom = [], []
        for path, record in self._registry.get_records(env):
            context = {**record, 'env': env, **kwargs}
            if record['is_pytorch']:
                builtin.append((path, context))
                continue
            function = _find_function(path)
            if function is None:
                get_root_logger().warning(
                    f'Can not add symbolic for `{path}`')
                continue
            custom.append((function, _original(function), context))

        undo: list[Callable[[], None]] = []
        self._pytorch_symbolic, self._extra_symbolic = [], []
        try:
            for name, context in builtin:
                undo.append(self._override_builtin(name, opset, cfg, context))
                self._pytorch_symbolic.append((name, '', opset))
            for function, origin, context in custom:
                self._extra_symbolic.append((function, origin))
                undo.append(
                    self._override_function(function, origin, cfg, context))
        except Exception:
            self._undo(undo)
            raise
        self._states.append(undo)

    def exit(self) -> None:
        """Undo the last `enter`."""
        self._undo(self._states.pop())

    @staticmethod
    def _override_builtin(name: str, opset: int, cfg: dict,
                          context: dict) -> Callable[[], None]:
        """Replace PyTorch's symbolic of an ATen operator."""
        caller = ContextCaller(context['_object'], None, cfg,
                               **context).get_wrapped_caller()
        if context['arg_descriptors'] is not None:
            caller = parse_args(*context['arg_descriptors'])(caller)
        return override_symbolic(name, opset, caller)

    @staticmethod
    def _override_function(function: type, origin: Callable, cfg: dict,
                           context: dict) -> Callable[[], None]:
        """Replace the symbolic of an autograd Function."""
        caller = ContextCaller(context['_object'], origin, cfg,
                               **context).get_wrapped_caller()
        is_own = 'symbolic' in vars(function)
        stored = vars(function).get('symbolic')
        function.symbolic = staticmethod(caller)

        def restore() -> None:
            if is_own:
                function.symbolic = stored
            else:
                del function.symbolic

        return restore

    @staticmethod
    def _undo(undo: list[Callable[[], None]]) -> None:
        for restore in reversed(undo):
            restore()
