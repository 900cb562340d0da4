"""Writes what `sdk.yaml` defines in every language. `--check` only says whether the written files are current.

usage: python api/gen.py [--check]
"""
import argparse
import copy
import difflib
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import jinja2
import yaml

API = Path(__file__).resolve().parent
ROOT = API.parent
WIDTH = 100

Item = dict[str, Any]


def load() -> Item:
    """The definition with each task turned into a header like the others."""
    definition = yaml.safe_load((API / 'sdk.yaml').read_text())
    definition['tasks'] = [expand_task(task, definition['task_functions']) for task in definition['tasks']]
    definition['golden'] = yaml.safe_load((API / 'golden.yaml').read_text())
    for header in definition['headers'] + definition['tasks']:
        for item in functions(header):
            complete_function(item)
    return definition


def expand_task(task: Item, patterns: list[Item]) -> Item:
    """Fills a task's name and result type into the functions that all tasks have."""
    names = {'{name}': task['name'], '{result}': task['result']['struct']}
    items = [{'handle': f'mmdeploy_{task["name"]}_t', 'doc': f'{task["title"]}: a loaded model.'},
             {**task['result'], 'doc': task['result']['doc']}]
    for pattern in copy.deepcopy(patterns):
        item = substitute(pattern, names)
        item['params'] = [p for p in item['params'] if p.get('only', task['result']['per_image'])
                          == task['result']['per_image']]
        item['impl'] = f'{task["class"]}Task::' + camel_case(item['function'].removeprefix(f'mmdeploy_{task["name"]}_'))
        items.append(item)
    return {**task, 'items': items, 'includes': ['"mmdeploy/common.h"', '"mmdeploy/executor.h"', '"mmdeploy/model.h"']}


def substitute(node: Any, names: dict[str, str]) -> Any:
    """`node` with every placeholder in its strings replaced."""
    if isinstance(node, dict):
        return {key: substitute(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [substitute(value, names) for value in node]
    if isinstance(node, str):
        for key, value in names.items():
            node = node.replace(key, value)
    return node


def functions(header: Item) -> list[Item]:
    return [item for item in header['items'] if 'function' in item]


def complete_function(item: Item) -> None:
    """Adds what templates ask for: status or not, C argument lists, the function that does the work."""
    item['status'] = item.get('returns', 'status') == 'status'
    item['type'] = 'int' if item['status'] else item['returns']
    item.setdefault('impl', camel_case(item['function'].removeprefix('mmdeploy_')))
    item['declared'] = ', '.join(f'{p["type"]} {p["name"]}' for p in item['params']) or 'void'
    item['names'] = ', '.join(p['name'] for p in item['params'])
    if item['status']:
        item['checked'] = [p for p in item['params'] if p['type'].endswith('*') or p['type'].endswith('_t')]
        item['checked'] = [p for p in item['checked'] if not p.get('nullable') and not is_enum(p['type'])]


def is_enum(c_type: str) -> bool:
    return c_type in {'mmdeploy_context_type_t', 'mmdeploy_pixel_format_t', 'mmdeploy_data_type_t'}


def camel_case(name: str) -> str:
    return ''.join(part.capitalize() for part in name.split('_'))


def comment(text: str, prefix: str = '// ', indent: int = 0) -> str:
    """`text` as comment lines of at most WIDTH columns."""
    lead = ' ' * indent + prefix
    return '\n'.join(textwrap.wrap(' '.join(text.split()), WIDTH, initial_indent=lead, subsequent_indent=lead))


def declaration(item: Item, prefix: str = 'MMDEPLOY_API ') -> str:
    return f'{prefix}{item["type"]} {item["function"]}({item["declared"]})'


def clang_format(path: str, text: str) -> str:
    """`text` in the project's style, so that templates need not care about line breaks."""
    if Path(path).suffix not in {'.c', '.cpp', '.h', '.hpp'}:
        return text
    result = subprocess.run(['clang-format-14', f'--assume-filename={ROOT / path}'], input=text, text=True,
                            capture_output=True, check=True)
    return result.stdout


def render(environment: jinja2.Environment, definition: Item) -> dict[str, str]:
    """Text of every generated file by its path from the repository's root."""
    files: dict[str, str] = {}

    def write(path: str, template: str, **variables: Any) -> None:
        files[path] = clang_format(path, environment.get_template(template).render(api=definition, **variables))

    for header in definition['headers'] + definition['tasks']:
        write(f'include/mmdeploy/{header["name"]}.h', 'header.h.j2', header=header)
        if functions(header):
            write(f'bindings/capi/generated/{header["name"]}.cpp', 'entry.cpp.j2', header=header,
                  is_task='class' in header)
    for task in definition['tasks']:
        write(f'include/mmdeploy/{task["name"]}.hpp', 'task.hpp.j2', task=task)
        write(f'bindings/python/generated/{task["name"]}.cpp', 'task_python.cpp.j2', task=task)
    write('bindings/capi/generated/functions.h', 'functions.h.j2')
    write('bindings/python/generated/tasks.h', 'tasks.h.j2')
    write('api/symbols.txt', 'symbols.txt.j2')
    for language in ('c', 'cpp', 'python'):
        write(f'docs/en/api/{language}.md', f'reference_{language}.md.j2')
    for path in ('golden_c_test.c', 'golden_cpp_test.cpp', 'golden_python_test.py'):
        write(f'tests/bindings/{path}', f'{path}.j2')
    return files


def make_environment() -> jinja2.Environment:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(API / 'templates'), trim_blocks=True,
                                     lstrip_blocks=True, keep_trailing_newline=True)
    environment.filters.update(comment=comment, declaration=declaration, functions=functions,
                               format_field='item.{}'.format)
    return environment


def difference(path: str, text: str) -> list[str]:
    file = ROOT / path
    old = file.read_text() if file.exists() else ''
    return list(difflib.unified_diff(old.splitlines(), text.splitlines(), path, 'generated', lineterm='', n=1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--check', action='store_true', help='write nothing; exit code 1 if a file is not current')
    check = parser.parse_args().check
    stale = 0
    for path, text in render(make_environment(), load()).items():
        lines = difference(path, text)
        if not lines:
            continue
        stale += 1
        print('\n'.join(lines[:20]) if check else f'wrote {path}')
        if not check:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(text)
    if check and stale:
        print(f'{stale} generated files are not current; run: python api/gen.py')
    return 1 if check and stale else 0


if __name__ == '__main__':
    sys.exit(main())
