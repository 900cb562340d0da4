"""Damages SDK models in the ways that disks, editors and strangers do."""
import copy
import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Files = dict[str, bytes]
JSON_FILES = ('deploy.json', 'pipeline.json')
HUGE = (1 << 62, 2 ** 31, 1e300, -1e300, 10 ** 30)
OTHER_TYPES = (None, True, 'text', 3, -1, 0.5, [], {}, [1, 'a'], {'a': {}})


def read_files(folder: Path) -> Files:
    """All files of an SDK model by their relative names."""
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob('*'))
        if p.is_file() and p.suffix != '.jpg'
    }


def zip_files(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _places(node: Any, path: tuple = ()) -> list[tuple]:
    """Paths of all members and elements of a JSON document."""
    children = node.items() if isinstance(node, dict) else enumerate(
        node) if isinstance(node, list) else ()
    places = []
    for key, value in children:
        places.append(path + (key, ))
        places.extend(_places(value, path + (key, )))
    return places


def _misspell(rng: random.Random, text: str) -> str:
    if len(text) < 2:
        return text + 'x'
    i = rng.randrange(len(text) - 1)
    swapped = text[:i] + text[i + 1] + text[i] + text[i + 2:]
    return rng.choice([text[:i] + text[i + 1:], text + 's', swapped])


def mutate_json(rng: random.Random, files: Files) -> Files:
    """Deletes, retypes, blows up, negates or misspells one place of one JSON file."""
    name = rng.choice(JSON_FILES)
    document = json.loads(files[name])
    path = rng.choice(_places(document))
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    key, value = path[-1], parent[path[-1]]
    kind = rng.choice(['delete', 'retype', 'huge', 'negative', 'misspell'])
    if kind == 'delete':
        del parent[key]
    elif kind == 'retype':
        parent[key] = copy.deepcopy(rng.choice(OTHER_TYPES))
    elif kind == 'huge':
        parent[key] = rng.choice(HUGE)
    elif kind == 'negative':
        parent[key] = -value if isinstance(value, int | float) else -1
    elif isinstance(value, str):
        parent[key] = _misspell(rng, value)
    elif isinstance(key, str):
        parent[_misspell(rng, key)] = parent.pop(key)
    return {**files, name: json.dumps(document).encode()}


def _cut(rng: random.Random, data: bytes) -> bytes:
    return data[:rng.randrange(len(data))]


def _flip(rng: random.Random, data: bytes) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.choice([1, 4, 64])):
        # Structure lies at both ends of a file: hit them more often than the weights between.
        span = rng.choice([len(damaged), min(2000, len(damaged))])
        i = rng.randrange(span)
        damaged[i if rng.random() < .5 else len(damaged) - 1 - i] ^= rng.randrange(1, 256)
    return bytes(damaged)


def mutate_bytes(rng: random.Random, files: Files) -> Files:
    """Cuts one file short or flips some of its bytes; the network most often."""
    name = rng.choice(['end2end.onnx'] * 4 + list(JSON_FILES))
    return {**files, name: rng.choice([_cut, _flip])(rng, files[name])}


def write_mutant(seed: int, files: Files, folder: Path) -> Path:
    """Writes damaged model number `seed` into `folder`; answers its path (a folder or a zip)."""
    rng = random.Random(seed)
    change: Callable = rng.choice([mutate_json, mutate_json, mutate_bytes, None])
    if change is None:
        path = folder / f'{seed}.zip'
        path.write_bytes(rng.choice([_cut, _flip])(rng, zip_files(files)))
        return path
    for name, content in change(rng, files).items():
        target = folder / str(seed) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder / str(seed)
