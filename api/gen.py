"""Writes what `sdk.yaml` defines in every language. `--check` only says whether the written files are current.

usage: python api/gen.py [--check]
"""
import argparse
import copy
import difflib
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import golden as golden_results
import jinja2
import jsonschema
import types_of_languages as types
import yaml

API = Path(__file__).resolve().parent
ROOT = API.parent
WIDTH = 100
# What every task has: path -> template.
TASK_FILES = {
    'mmdeploy/task/{}/result.h': 'result.h.j2',
    'mmdeploy/task/{}/result.cpp': 'result.cpp.j2',
    'include/mmdeploy/{}.hpp': 'task.hpp.j2',
    'bindings/capi/generated/{}.h': 'task_c.h.j2',
    'bindings/python/generated/{}.cpp': 'task_python.cpp.j2',
    'tests/bindings/golden/{}_test.c': 'golden_test.c.j2',
    'tests/bindings/golden/{}_test.cpp': 'golden_test.cpp.j2',
    'tests/bindings/golden/{}_test.py': 'golden_test.py.j2',
}

# What `boxes` are where a task takes other ones.
TYPES_OF_INPUTS = {'images': {}, 'images_boxes': {}, 'images_quads': {'boxes': 'quads'}}

Item = dict[str, Any]


def load() -> Item:
    """The definition with each task turned into a header like the others.

    Raises:
        jsonschema.ValidationError: a description does not follow its schema.
    """
    definition = read('api/sdk.yaml', 'sdk')
    descriptions = [read(path.relative_to(ROOT), 'task') for path in sorted(ROOT.glob('mmdeploy/task/*/task.yaml'))]
    definition['tasks'] = [expand_task(task, definition['task_functions']) for task in descriptions]
    for header in definition['headers']:
        for item in header['items']:
            complete_item(item)
    return definition


def read(path: str | Path, schema: str) -> Item:
    """A description that follows `api/<schema>.schema.json`."""
    content = yaml.safe_load((ROOT / path).read_text())
    try:
        jsonschema.validate(content, json.loads((API / f'{schema}.schema.json').read_text()))
    except jsonschema.ValidationError as error:
        error.message = f'{path}: /{"/".join(map(str, error.absolute_path))}: {error.message}'
        raise
    return content


def expand_task(task: Item, patterns: list[Item]) -> Item:
    """Fills a task's name and result type into the functions that all tasks have."""
    name, result = task['name'], complete_result(task['result'])
    items: list[Item] = [{'handle': f'mmdeploy_{name}_t', 'doc': f'{task["title"]}: a loaded model.'}]
    if not result['is_image']:
        items.append({'struct': result['c_struct'], 'doc': result['doc'], 'fields': result['members']})
    for pattern in copy.deepcopy(patterns):
        if not exists(pattern, task):
            continue
        if 'typedef' in pattern:
            items.append(substitute(pattern, {'{name}': name, '{result}': result['c_struct'],
                                              '{counts}': 'int* result_count, ' * (result['per_image'] == 'list')}))
            continue
        pattern['params'] = [p for p in pattern['params'] if exists(p, task)]
        names = {**TYPES_OF_INPUTS[task['inputs']], **task.get('parameter_names', {})}
        item = substitute(pattern, {'{name}': name, **names})
        item['impl'] = f'{task["class"]}Task::' + camel_case(item['function'].removeprefix(f'mmdeploy_{name}_'))
        complete_item(item, result['c_struct'], name)
        items.append(item)
    golden = golden_results.complete(
        yaml.safe_load((ROOT / f'mmdeploy/task/{name}/golden/golden.yaml').read_text()), task)
    headers = ['common', 'executor', 'model'] + ['text_detector'] * (task['inputs'] == 'images_quads')
    return {**task, 'items': items, 'golden': golden, 'includes': [f'"mmdeploy/{header}.h"' for header in headers],
            'takes_boxes': task['inputs'] != 'images'}


def exists(param: Item, task: Item) -> bool:
    """Tell whether a function, or a parameter of one, that all tasks may have is one of this task."""
    if param.get('only') == 'boxes':
        return task['inputs'] != 'images'
    if param.get('only') == 'chained':
        return task.get('chained', False)
    if param.get('only') == 'release_count':
        return task.get('release_count', True)
    return param.get('only', task['result']['per_image']) == task['result']['per_image']


def complete_result(result: Item) -> Item:
    """Adds to a result what its fields' types say: members in C++ and C, which of them own memory."""
    fields = {field['name']: field for field in result['fields']}
    for field in fields.values():
        field['spec'] = types.FIELD_TYPES[field['type']]
    result['is_image'] = [field['type'] for field in result['fields']] == ['image']
    layout = result.get('c_members') or [{'name': name} for name in fields]
    result['members'] = [complete_member(member, fields) for member in layout]
    result['owns'] = [member for member in result['members'] if member['owns']]
    result['includes'] = sorted({field['spec'].include for field in fields.values()} - {''})
    return result


def complete_member(member: Item, fields: dict[str, Item]) -> Item:
    """A member of the C struct: a whole field, or a part of one (`from: points.length`)."""
    source, _, part = member.get('from', member['name']).partition('.')
    field = fields[source]
    if part:
        value = dict(field['spec'].parts)[part].format(f'result.{source}')
        return {'doc': f'{part} of `{source}`', **member, 'declared': f'int {member["name"]}', 'owns': False,
                'held': False, 'value': value, 'spelled': 'int'}
    return {'doc': field['doc'], **member, 'declared': field['spec'].c.format(member['name']),
            'owns': field['spec'].owns, 'held': field['spec'].held, 'value': f'result.{source}',
            'spelled': ''.join(field['spec'].c.format('').split())}


def substitute(node: Any, names: dict[str, str]) -> Any:
    """`node` with every placeholder in its strings, and every string that is a key, replaced."""
    if isinstance(node, dict):
        return {key: substitute(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [substitute(value, names) for value in node]
    if isinstance(node, str):
        node = names.get(node, node)
        for key in ('{name}', '{result}', '{counts}'):
            node = node.replace(key, names.get(key, ''))
    return node


def functions(header: Item) -> list[Item]:
    return [item for item in header['items'] if 'function' in item]


def complete_item(item: Item, result: str = '', task: str = '') -> None:
    """Adds what templates ask for: status or not, C declarations, the function that does the work."""
    for field in item.get('fields', []):
        if 'default' in field:
            default = field['default']
            text = f'{{{", ".join(map(str, default))}}}' if isinstance(default, list) else default
            field['doc'] = f'{field["doc"]}. Default: {text}'
        if 'declared' not in field:
            field['spelled'], field['declared'] = types.c_member(field['type'], field['name'])
    if 'function' not in item:
        return
    returns = item.get('returns', 'status')
    item['status'] = returns == 'status'
    item['type'] = types.c_type(returns)
    for param in item['params']:
        param['c_type'] = types.c_type(param['type'], result, task, param.get('out', False))
    item.setdefault('impl', camel_case(item['function'].removeprefix('mmdeploy_')))
    item['declared'] = ', '.join(f'{p["c_type"]} {p["name"]}' for p in item['params']) or 'void'
    item['names'] = ', '.join(p['name'] for p in item['params'])
    if item['status']:
        item['checked'] = [p for p in item['params'] if not p.get('nullable')
                           and (p.get('out') or p['type'] not in types.C_PLAIN)]


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
        for path, template in TASK_FILES.items():
            write(path.format(task['name']), template, task=task, result=task['result'], golden=task['golden'])
    write('bindings/capi/generated/functions.h', 'functions.h.j2')
    write('bindings/python/generated/tasks.h', 'tasks.h.j2')
    write('api/symbols.txt', 'symbols.txt.j2')
    for language in ('c', 'cpp', 'python'):
        write(f'docs/en/api/{language}.md', f'reference_{language}.md.j2')
    return files


def make_environment() -> jinja2.Environment:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(API / 'templates'), trim_blocks=True,
                                     lstrip_blocks=True, keep_trailing_newline=True)
    environment.filters.update(comment=comment, declaration=declaration, functions=functions,
                               format_field='item.{}'.format,
                               size_t='static_cast<size_t>({})'.format)
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
