"""The rewriters of the process, and the context that applies them."""
import threading
from typing import Any

from torch import nn

from mmdeploy.utils import IR, Backend, get_ir_config

from .function_rewriter import FunctionRewriter
from .module_rewriter import ModuleRewriter
from .rewriter_utils import collect_env
from .symbolic_rewriter import SymbolicRewriter


class RewriterManager:
    """The three kinds of rewriters."""

    def __init__(self):
        self.module_rewriter = ModuleRewriter()
        self.function_rewriter = FunctionRewriter()
        self.symbolic_rewriter = SymbolicRewriter()
        # Patches are visible to the whole process: one context at a time.
        self.lock = threading.RLock()


REWRITER_MANAGER = RewriterManager()

MODULE_REWRITER = REWRITER_MANAGER.module_rewriter
FUNCTION_REWRITER = REWRITER_MANAGER.function_rewriter
SYMBOLIC_REWRITER = REWRITER_MANAGER.symbolic_rewriter


def patch_model(model: nn.Module,
                cfg: dict,
                backend: str = Backend.DEFAULT.value,
                ir: IR = IR.DEFAULT,
                recursive: bool = True,
                **kwargs) -> nn.Module:
    """Replace modules of a model; see `ModuleRewriter.patch_model`."""
    return MODULE_REWRITER.patch_model(model, cfg, backend, ir, recursive,
                                       **kwargs)


class RewriterContext:
    """Applies function and symbolic rewrites inside a `with` block.

    Contexts nest. A second thread waits until the first one has left its
    context, because patches are visible to the whole process.

    Args:
        cfg: deploy config, `ctx.cfg` of the rewrites.
        backend: value of the engine.
        ir: representation that is exported.
        rewriter_manager: owner of the rewriters.
        kwargs: attributes of `ctx`. `opset` is the version of the exported
            ONNX model; by default that of the config, or 11.
    """

    def __init__(self,
                 cfg: dict = dict(),  # noqa: B006
                 backend: str = Backend.DEFAULT.value,
                 ir: IR = IR.DEFAULT,
                 rewriter_manager: RewriterManager = REWRITER_MANAGER,
                 **kwargs: Any):
        self._cfg = cfg
        self._rewriter_manager = rewriter_manager
        self._env = collect_env(Backend.get(backend), ir)
        self._kwargs = kwargs
        if 'opset' not in kwargs and cfg:
            opset = get_ir_config(cfg).get('opset_version', None)
            if opset is not None:
                self._kwargs = dict(kwargs, opset=opset)

    def enter(self) -> None:
        """Apply the rewrites; when one fails, none is applied."""
        manager = self._rewriter_manager
        manager.lock.acquire()
        try:
            manager.function_rewriter.enter(self._cfg, self._env,
                                            **self._kwargs)
            try:
                manager.symbolic_rewriter.enter(self._cfg, self._env,
                                                **self._kwargs)
            except BaseException:
                manager.function_rewriter.exit()
                raise
        except BaseException:
            manager.lock.release()
            raise

    def exit(self) -> None:
        """Undo the rewrites of the last `enter`."""
        manager = self._rewriter_manager
        try:
            manager.function_rewriter.exit()
        finally:
            try:
                manager.symbolic_rewriter.exit()
            finally:
                manager.lock.release()

    def __enter__(self) -> None:
        self.enter()

    def __exit__(self, exc_type, exc_value, exc_traceback) -> None:
        self.exit()
