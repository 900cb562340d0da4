"""The engines under test, and what each of them says about itself in `mmdeploy/backend/<engine>/conformance.py`:

    def write(network: Network, folder: Path) -> dict
        Writes the network as the engine's files; returns the keyword arguments of mmdeploy_python.Net.

    HOLES: dict[str, str]
        What the engine cannot do: pattern of checks ("element_types[uint*]") -> reason. A hole is tested too:
        the check must fail, so that a hole which has closed is noticed. Both appear in docs/en/engines.md.
"""
import fnmatch
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / 'build' / 'lib'))

import mmdeploy_python  # noqa: E402


def load(name: str) -> ModuleType:
    """Return what an engine says about itself.

    Raises:
        FileNotFoundError: it says nothing.
    """
    path = ROOT / 'mmdeploy' / 'backend' / name / 'conformance.py'
    if not path.exists():
        raise FileNotFoundError(f'engine {name!r} has no {path.relative_to(ROOT)}: copy that of another engine')
    spec = importlib.util.spec_from_file_location(f'conformance_of_{name}', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_built(name: str) -> bool:
    try:
        return bool(mmdeploy_python.engine_version(name))
    except RuntimeError:
        return False


def built() -> list[str]:
    """Names of the engines that can run here."""
    return [name for name in mmdeploy_python.engine_names() if is_built(name)]


def find_hole(module: ModuleType, check: str) -> str | None:
    """Return why an engine does not pass a check, None when it has to.

    Args:
        check: name of a test without "test_", with its parameter: "element_types[bool]".
    """
    for pattern, reason in module.HOLES.items():
        # Brackets stand for themselves here.
        if fnmatch.fnmatchcase(check, pattern.replace('[', '[[]')):
            return reason
    return None
