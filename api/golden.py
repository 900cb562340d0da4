"""Golden results of `mmdeploy/task/<task>/golden/golden.yaml` as the languages see them."""
import json
from collections.abc import Iterator
from typing import Any

Item = dict[str, Any]
_CHANNELS = {'BGR': 3, 'RGB': 3, 'GRAYSCALE': 1, 'BGRA': 4}
# What a value of a type of field consists of: expression in C, and where its number stands in golden.yaml.
_PARTS = {
    'box': [(f'{{}}.{side}', i) for i, side in enumerate(('left', 'top', 'right', 'bottom'))],
    'rotated_box': [(f'{{}}[{i}]', i) for i in range(5)],
    'point': [('{}.x', 0), ('{}.y', 1)],
    'quad': [(f'{{}}[{i // 2}].{"xy"[i % 2]}', i) for i in range(8)],
}


def complete(golden: Item, task: Item) -> Item:
    """Add sizes of images, and the expected numbers of every result in C and in Python."""
    fields = {field['name']: field for field in task['result']['fields']}
    # Fields of the C struct that are called otherwise.
    members = {member['from']: member['name'] for member in task['result'].get('c_members', []) if 'from' in member}
    images = []
    leaves: list[Item] = []
    for number, image in enumerate(golden['images']):
        channels = _CHANNELS[image['format']]
        results = [dict(result) for result in image['results']]
        start = sum(len(other['results']) for other in images)
        for i, result in enumerate(results):
            for name, field in fields.items():
                member = members.get(name, name)
                for found, expected, exact in _leaves(field, f'results[{start + i}].{member}', result.get(name)):
                    leaves.append(dict(where=f'image {number} result {i} {name}', found=found, expected=expected,
                                       tolerance=0 if exact else golden['tolerance']))
        images.append({**image, 'channels': channels, 'size': image['height'] * image['width'] * channels,
                       'python': _in_python(task['python']['value'], results, members,
                                           task['result']['per_image'] == 'list')})
    return {**golden, 'images': images, 'leaves': leaves}


def _leaves(field: Item, member: str, value: Any) -> Iterator[tuple[str, Any, bool]]:
    """Yield an expression in C, its expected number, and whether it is exact, for each number of a field."""
    kind = field['type']
    if kind in ('int', 'float'):
        yield member, value, kind == 'int'
    elif kind in _PARTS:
        for expression, index in _PARTS[kind]:
            yield expression.format(member), value[index], False
    elif kind == 'string':
        yield f'strcmp({member}, {json.dumps(value, ensure_ascii=False)})', 0, True
    elif kind == 'floats':
        for i, number in enumerate(value):
            yield f'{member}[{i}]', number, False
    elif kind == 'points':
        for i, (x, y) in enumerate(value):
            yield f'{member}[{i}].x', x, False
            yield f'{member}[{i}].y', y, False
    elif value is None:
        yield f'{member} != 0', 0, True
    elif kind == 'mask':
        yield f'{member}->height', value['shape'][0], True
        yield f'{member}->width', value['shape'][1], True
    elif kind == 'image':
        mat = member.rpartition('.')[0]
        for side, expected in zip(('height', 'width', 'channel'), value['shape'], strict=True):
            yield f'{mat}.{side}', expected, True
        for position, expected in value['samples'].items():
            yield f'{mat}.data[{position}]', expected, False
    elif kind in ('label_map', 'score_map'):
        for position, expected in value['samples'].items():
            yield f'{member}[{position}]', expected, kind == 'label_map'
    else:
        raise NotImplementedError(f'golden results of type {kind}')


def _in_python(layout: Item, results: list[Item], members: dict[str, str], is_list: bool) -> str:
    """Return the results of an image as the Python API gives them, as source text."""

    def field_of(member: str | list[str]) -> str:
        name = member if isinstance(member, str) else member[0]
        return next((field for field, own in members.items() if own == name), name)

    def column(spec: Item) -> list:
        if 'table' in spec:
            rows = [[number for name in spec['of'] for number in _flat(result[name])] for result in results]
            return [row[0] if len(row) == 1 else row for row in rows]
        return [result.get(field_of(spec['list'])) or dict(shape=[0, 0], set=0) for result in results]

    if 'array' in layout or 'image' in layout:
        names = [array['field'] for array in layout['array']] if 'array' in layout else [layout['image']]
        return repr(next(results[0][name] for name in names if results[0].get(name)))
    if 'points' in layout:
        points, scores = (next(name for name, own in members.items() if own == member)
                          for member in layout['points'][:2])
        return repr([[(*point, score) for point, score in zip(result[points], result[scores], strict=True)]
                     for result in results])
    if 'tuples' in layout:
        rows = [tuple(result[field_of(member)] for member in layout['tuples']) for result in results]
        return repr(rows if is_list else rows[0])
    if 'tuple' in layout:
        return repr(tuple(column(spec) for spec in layout['tuple']))
    return repr(column(layout))


def _flat(value: Any) -> list:
    return value if isinstance(value, list) else [value]
