"""Checks what no compiler sees: layers, sizes, names, engines named in shared code; see "Layers" in ARCHITECTURE.md.

    python scripts/check_layers.py

Prints one line per finding; exit code 1 if there is any.
"""
import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / 'mmdeploy'

# What a folder of C++ may include beside itself.
CPP_LAYERS = {
    'base': (),
    'op': ('base', ),
    'graph': ('base', 'op'),
    'model': ('base', ),
    'backend': ('base', 'op', 'graph'),
    'transform': ('base', 'model'),
    'module': ('base', 'model', 'backend', 'transform'),
    'task': ('base', 'module'),
    'codebase': ('base', 'op', 'model', 'backend', 'transform', 'module', 'task'),
    'pipeline': ('base', 'model', 'backend', 'transform', 'module', 'task', 'codebase'),
    'tracker': ('base', 'model', 'transform', 'module', 'task', 'pipeline'),
    'verify': ('base', 'model', 'backend', 'transform', 'module', 'task', 'pipeline'),
    'cli': ('base', 'op', 'graph', 'model', 'backend', 'transform', 'module', 'task', 'codebase', 'pipeline',
            'verify'),
}
# Python: a folder imports from those before it.
PYTHON_LAYERS = ('version', 'utils', 'backend/base', 'graph', 'backend', 'core', 'op', 'pytorch', 'mmcv', 'codebase',
                 'backend/sdk', 'apis', 'model', 'test')
# Helpers for tests that are documented names of `utils`: they stand above everything.
TEST_HELPERS = ('utils/test.py', 'utils/validate.py', 'pytorch/testing.py', 'graph/infer/operator_cases.py')

MAX_FILE = 700
MAX_FUNCTION = 60
# Other spellings of a name: one thing has one name everywhere.
ALIASES = {'ort': 'onnxruntime', 'trt': 'tensorrt', 'ov': 'openvino', 'ppl': 'pplnn', 'ts': 'torchscript'}
# Names of MMDeploy that scripts of users have.
DOCUMENTED_NAMES = ('ts_optimizer', )

# Folders that know no engine, and the places that may all the same.
SHARED = ('apis', 'core', 'utils', 'codebase/base', 'backend/base', 'module', 'pipeline', 'verify', 'cli', 'model',
          'transform')
# Members of `Backend` that are no engines of others.
NO_ENGINES = ('pytorch', 'sdk', 'default')
MAY_NAME_AN_ENGINE = {
    # The documented wrapper of PyTorch models takes a module, and the engine decides the representation.
    'utils/config_utils.py': 'torchscript',
}


def sources(*suffixes: str) -> Iterator[tuple[Path, str]]:
    """Yield the files of the package and their paths in it."""
    for path in sorted(PACKAGE.rglob('*')):
        if path.suffix in suffixes and path.is_file():
            yield path, path.relative_to(PACKAGE).as_posix()


def is_test(name: str) -> bool:
    stem = name.rpartition('/')[2].partition('.')[0]
    return stem.endswith(('_test', '_bench', 'testing')) or stem in ('conformance', 'test_net')


def check_includes() -> Iterator[str]:
    for path, name in sources('.h', '.cpp', '.cu'):
        if is_test(name):
            continue
        folder = name.partition('/')[0]
        for included in re.findall(r'#include "mmdeploy/([^"]+)"', path.read_text()):
            target = included.partition('/')[0]
            if '/' not in included or folder not in CPP_LAYERS:
                continue
            if target != folder and target not in CPP_LAYERS[folder]:
                yield f'mmdeploy/{name}: includes {included}; {folder} may use {", ".join(CPP_LAYERS[folder])}'
            engine = re.match(r'backend/(\w+)/', included)
            own = re.match(r'backend/(\w+)/', name)
            if engine and (not own or own.group(1) != engine.group(1)):
                yield f'mmdeploy/{name}: includes the engine {engine.group(1)}; go through backend/engine.h'


def python_layer(name: str) -> str:
    if name in TEST_HELPERS or is_test(name):
        return 'test'
    own = next((layer for layer in ('backend/base', 'backend/sdk') if name.startswith(layer)), None)
    return own or name.partition('/')[0].removesuffix('.py')


def imports(path: Path, name: str) -> Iterator[str]:
    """Yield the modules that a file imports, as paths in the package; `tests` for what is outside of it."""
    folder = ['mmdeploy', *name.split('/')[:-1]]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = '.'.join(folder[:len(folder) - node.level + 1]) if node.level else ''
            module = '.'.join(part for part in (base, node.module) if part)
            # What is imported from the package itself is a folder of it, or a name that one of them has.
            found = [f'{module}.{alias.name}' for alias in node.names] if module == 'mmdeploy' else [module]
        else:
            continue
        for module in found:
            if module.startswith('mmdeploy.'):
                yield module.removeprefix('mmdeploy.').replace('.', '/')
            elif module.partition('.')[0] in ('tests', 'benchmarks', 'tools'):
                yield module


def check_imports() -> Iterator[str]:
    for path, name in sources('.py'):
        layer = python_layer(name)
        if layer == 'test' or name == '__init__.py' or layer not in PYTHON_LAYERS:
            continue
        for module in imports(path, name):
            if module.partition('.')[0] in ('tests', 'benchmarks', 'tools'):
                yield f'mmdeploy/{name}: imports {module}, which is not shipped'
                continue
            target = python_layer(f'{module}.py')
            if PYTHON_LAYERS.index(target) > PYTHON_LAYERS.index(layer):
                yield f'mmdeploy/{name}: imports mmdeploy/{module}, which stands above {layer}'


def cpp_functions(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield first line and length of functions, which begin and end in the first column; a table is none."""
    start = None
    for number, line in enumerate(lines, start=1):
        begins = re.match(r'[A-Za-z].*\)[^;]*\{$', line) and not re.match(r'(namespace|class|struct|enum)\b', line)
        if start is None and begins:
            start = number
        elif line.startswith('}') and start is not None:
            is_table = lines[start].strip() in ('return {', 'return {{')
            yield start, 0 if is_table else number - start + 1
            start = None


def python_functions(text: str) -> Iterator[tuple[int, int]]:
    """Yield first line and length of functions, without their text."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            yield node.lineno, node.end_lineno - first.lineno + 1


def check_sizes() -> Iterator[str]:
    for path, name in sources('.h', '.cpp', '.py', '.cu'):
        text = path.read_text()
        lines = text.splitlines()
        if len(lines) > MAX_FILE:
            yield f'mmdeploy/{name}: {len(lines)} lines, allowed: {MAX_FILE}; does it still hold one thing?'
        functions = python_functions(text) if path.suffix == '.py' else cpp_functions(lines)
        for start, length in functions:
            if length > MAX_FUNCTION:
                yield f'mmdeploy/{name}:{start}: a function of {length} lines, allowed: {MAX_FUNCTION}'


def check_names() -> Iterator[str]:
    for path in sorted(ROOT.rglob('*')):
        relative = path.relative_to(ROOT)
        if relative.parts[0] in ('.git', '.venv', '.deps', 'build') or 'node_modules' in relative.parts:
            continue
        for word in re.split(r'[^a-z0-9]+', path.stem.lower()):
            if word in ALIASES and path.stem not in DOCUMENTED_NAMES:
                yield f'{relative.as_posix()}: "{word}" is called "{ALIASES[word]}" here'


def engines() -> list[str]:
    """Return the names of the engines, which are the members of `Backend`."""
    tree = ast.parse((PACKAGE / 'utils/constants.py').read_text())
    enum = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == 'Backend')
    names = [node.value.value for node in enum.body if isinstance(node, ast.Assign)]
    return [name for name in names if name not in NO_ENGINES]


def check_engines_in_shared_code() -> Iterator[str]:
    names = engines()
    words = '|'.join((*names, *(name.upper() for name in names)))
    pattern = re.compile(rf'''(==|!=|\bin\b|case)\s*\(?\s*(Backend\.|['"])({words})\b''')
    for path, name in sources('.py', '.h', '.cpp'):
        is_shared = name.startswith(tuple(f'{folder}/' for folder in SHARED))
        if not is_shared or python_layer(name) == 'test' or is_test(name):
            continue
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            found = pattern.search(line)
            if found and MAY_NAME_AN_ENGINE.get(name) != found.group(3).lower():
                yield f'mmdeploy/{name}:{number}: asks for the engine {found.group(3)}; let its folder answer'


CHECKS = (check_includes, check_imports, check_sizes, check_names, check_engines_in_shared_code)


def main() -> int:
    findings = [finding for check in CHECKS for finding in check()]
    print('\n'.join(findings) or 'layers, sizes and names: clean')
    return 1 if findings else 0


if __name__ == '__main__':
    sys.exit(main())
