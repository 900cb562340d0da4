"""What the converter asks an engine, so that no tool knows engines by name."""
import importlib
import os.path as osp
import pkgutil
from abc import ABCMeta, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from mmdeploy.utils import Backend, get_backend_config

from .native import explain_missing_engine, get_engine_version


@dataclass
class Wanted:
    """What `build_wrapper` is to load."""
    files: Sequence[str]
    device: str
    input_names: Sequence[str] | None
    output_names: Sequence[str] | None
    deploy_cfg: Any | None

    @property
    def config(self) -> dict:
        """`backend_config` of the deploy config."""
        return {} if self.deploy_cfg is None else get_backend_config(self.deploy_cfg)


class BackendManager(metaclass=ABCMeta):
    """One per engine, the class `Manager` in `<engine>/manager.py`."""

    @staticmethod
    @abstractmethod
    def is_available() -> bool:
        """Tell whether models can run."""

    @staticmethod
    def explain_missing() -> str:
        """Return why models can't run, and what to do about it."""
        return 'install it, see "./dev doctor"'

    @staticmethod
    @abstractmethod
    def get_version() -> str | None:
        """Return the version of the engine, None when it is missing."""

    @classmethod
    def is_custom_ops_available(cls) -> bool:
        """Tell whether models with custom operators can run: the engine's package says it where it may not be."""
        package = importlib.import_module(cls.__module__.rpartition('.')[0])
        tell = getattr(package, 'is_custom_ops_available', None)
        return cls.is_available() and (tell is None or tell())

    @classmethod
    def build_wrapper(cls,
                      backend_files: Sequence[str],
                      device: str = 'cpu',
                      input_names: Sequence[str] | None = None,
                      output_names: Sequence[str] | None = None,
                      deploy_cfg: Any | None = None,
                      **kwargs) -> torch.nn.Module:
        """Load a model.

        Args:
            backend_files: what `to_backend` returned.
            device: e.g. `cpu` or `cuda:0`.
            input_names, output_names: of the deploy config.
            deploy_cfg: the deploy config.
            kwargs: ignored, other versions know more.
        """
        return cls.load(Wanted(backend_files, device, input_names, output_names, deploy_cfg))

    @staticmethod
    @abstractmethod
    def load(wanted: Wanted) -> torch.nn.Module:
        """Load a model for `build_wrapper`."""

    @staticmethod  # noqa: B027  # engines refuse nothing
    def check_convertible() -> None:
        """Refuse to convert a model for what only runs models that are converted; by default it is an engine.

        Raises:
            ValueError: says what the deploy config is for.
        """

    @staticmethod
    def to_backend(ir_files: Sequence[str], work_dir: str, deploy_cfg: Any,
                   device: str) -> list[str]:
        """Convert exported files; by default the engine takes them as is.

        Returns:
            The files that `build_wrapper` loads.
        """
        return list(ir_files)

    @staticmethod
    def get_sdk_files(save_file: str, backend_config: dict) -> dict[str, str]:
        """Return `net`, `weights` and `precision` of deploy.json.

        Args:
            save_file: name of the exported file.
            backend_config: of the deploy config.
        """
        raise NotImplementedError


class NativeManager(BackendManager):
    """Base for the engines that the C++ engines drive.

    Attributes:
        engine: name of the engine, and of its folder.
    """

    engine: str

    @classmethod
    def is_available(cls) -> bool:
        return importlib.import_module(
            f'mmdeploy.backend.{cls.engine}').is_available()

    @classmethod
    def explain_missing(cls) -> str:
        return explain_missing_engine(cls.engine)

    @classmethod
    def get_version(cls) -> str | None:
        return get_engine_version(cls.engine)


def list_backends() -> list[str]:
    """Return the names of the engines that have a folder."""
    folders = pkgutil.iter_modules([osp.dirname(osp.dirname(__file__))])
    return sorted(f.name for f in folders
                  if f.ispkg and f.name in {b.value for b in Backend})


def is_backend_available(name: str) -> bool:
    """Tell whether models can run in an engine, which may be one that has no folder."""
    return name in list_backends() and get_backend_manager(name).is_available()


def get_backend_manager(backend: Backend | str) -> BackendManager:
    """Return the manager of an engine.

    Args:
        backend: the engine, or its name.

    Raises:
        NotImplementedError: the engine has no folder.
    """
    name = backend.value if isinstance(backend, Backend) else backend
    if name not in list_backends():
        raise NotImplementedError(f'Unknown backend type: {name}; '
                                  f'supported: {", ".join(list_backends())}')
    module = importlib.import_module(f'mmdeploy.backend.{name}.manager')
    return module.Manager()
