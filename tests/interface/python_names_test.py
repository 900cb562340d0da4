"""Names that users of MMDeploy 0.7.0 import: they are where the documentation says, with its parameters.

`python_names.json` holds facts: module -> name -> parameters of a function in order, or members of a class. Code bases
and engines that are not built yet are not in it. Names of 0.8 to 1.x that users' scripts have are listed here.
"""
import importlib
import inspect
import json
import sys
from pathlib import Path

import pytest

FACTS = json.loads((Path(__file__).parent / 'python_names.json').read_text())


def parameters_of(obj) -> list[str] | None:
    """Return the names of a function's parameters; None where they cannot be told (pipelines, Functions)."""
    try:
        signature = inspect.signature(obj)
    except (TypeError, ValueError):
        return None
    kinds = [p.kind for p in signature.parameters.values()]
    if inspect.Parameter.VAR_POSITIONAL in kinds and inspect.Parameter.VAR_KEYWORD in kinds:
        return None
    return list(signature.parameters)


@pytest.mark.parametrize('module', FACTS)
def test_documented_names(module):
    found = importlib.import_module(module)
    for name, facts in FACTS[module].items():
        assert hasattr(found, name), f'{module}.{name} is missing'
        obj = getattr(found, name)
        for member in facts.get('members', ()):
            assert hasattr(obj, member), f'{module}.{name}.{member} is missing'
        parameters = parameters_of(obj) if 'parameters' in facts else None
        if parameters is not None:
            missing = [p for p in facts['parameters'] if p not in parameters]
            assert not missing, f'{module}.{name}({", ".join(parameters)}) lacks {missing}'


def test_later_names():
    from mmdeploy.apis.sdk import export2SDK  # noqa: F401
    from mmdeploy.backend.base import get_backend_manager
    from mmdeploy.codebase.mmdet.deploy.utils import gather_topk  # noqa: F401
    from mmdeploy.core import FUNCTION_REWRITER
    from mmdeploy.utils import Backend, Task, parse_device_type
    assert [Backend(name) for name in ('rknn', 'ascend', 'coreml', 'tvm')]
    assert Task.MONOCULAR_DETECTION.value == 'MonocularDetection'
    assert parse_device_type('cuda:1') == 'cuda' and parse_device_type('cpu') == 'cpu'
    assert type(get_backend_manager('onnxruntime')) is type(get_backend_manager(Backend.ONNXRUNTIME))
    for name in ('tvm', 'tensorrt', 'no_such_engine'):
        with pytest.raises(NotImplementedError, match=f'Unknown backend type: {name}; supported: .*ncnn.*openvino'):
            get_backend_manager(name)
    assert callable(FUNCTION_REWRITER._registry.remove_record)


def test_engines_that_are_not_built_import_and_say_so():
    for name in ('tensorrt', 'pplnn', 'snpe'):
        assert importlib.import_module(f'mmdeploy.apis.{name}').is_available() is False


def test_import_codebase_brings_the_core():
    from mmdeploy.codebase import import_codebase
    from mmdeploy.utils import Codebase
    import_codebase(Codebase.MMDET)
    assert 'mmdeploy.codebase.mmdet.core' in sys.modules and 'mmdet.core' in sys.modules
