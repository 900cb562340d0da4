"""Replaces modules of a model before it is exported."""
import inspect
from collections.abc import Callable

from torch import nn

from mmdeploy.utils import IR, Backend, get_root_logger

from .rewriter_utils import Checker, RewriterRegistry, collect_env, eval_with_import


def _accepted(cls: type, kwargs: dict) -> dict:
    """Keep the keyword arguments that a constructor names."""
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD,
             inspect.Parameter.KEYWORD_ONLY)
    parameters = inspect.signature(cls.__init__).parameters
    return {
        key: value
        for key, value in kwargs.items()
        if key in parameters and parameters[key].kind in named
    }


class ModuleRewriter:
    """Registers classes that replace modules of exactly one type.

    The constructor of a replacement is called with the module and the deploy
    config, and with the keywords of `patch_model` that it names.
    """

    def __init__(self):
        self._registry = RewriterRegistry()

    def register_rewrite_module(self,
                                module_type: str,
                                backend: str = Backend.DEFAULT.value,
                                ir: IR = IR.DEFAULT,
                                extra_checkers: Checker | list[Checker] | None = None,
                                **kwargs) -> Callable:
        """Return a decorator that registers a class.

        Args:
            module_type: dotted path of the type that is replaced.
            backend: value of the engine the rewrite is for.
            ir: representation the rewrite is for.
            extra_checkers: further conditions.
        """
        return self._registry.register_object(module_type, backend, ir,
                                              extra_checkers, **kwargs)

    def patch_model(self,
                    model: nn.Module,
                    cfg: dict,
                    backend: str = Backend.DEFAULT.value,
                    ir: IR = IR.DEFAULT,
                    recursive: bool = True,
                    **kwargs) -> nn.Module:
        """Replace modules for good, children before parents.

        Args:
            model: is modified.
            cfg: deploy config.
            backend: value of the engine.
            ir: representation that will be exported.
            recursive: go through the children as well.
            kwargs: for the constructors that name them.

        Returns:
            The model, or what replaces it.
        """
        env = collect_env(Backend.get(backend), ir)
        replacements = self._collect(env)
        # A module that has several names or parents is replaced once; each keeps its module alive.
        done: dict[int, tuple[nn.Module, nn.Module]] = {}

        def replace(module: nn.Module) -> nn.Module:
            if id(module) in done:
                return done[id(module)][1]
            # A module that contains itself meets itself here.
            done[id(module)] = (module, module)
            if recursive:
                for name, child in list(module._modules.items()):
                    if child is not None:
                        module._modules[name] = replace(child)
            cls = replacements.get(type(module))
            if cls is not None:
                done[id(module)] = (module, cls(module, cfg, **_accepted(cls, kwargs)))
            return done[id(module)][1]

        return replace(model)

    def _collect(self, env: dict) -> dict[type, type]:
        """Return the replacement of each type."""
        replacements = {}
        for path, record in self._registry.get_records(env):
            try:
                replacements[eval_with_import(path)] = record['_object']
            except (ImportError, AttributeError):
                get_root_logger().warning(
                    f'Can not find {path}, module rewrite will not be '
                    'applied')
        return replacements
