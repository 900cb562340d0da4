"""Compares our converter to ncnn with pnnx: right results, layers, latency, time of conversion.

    python -m benchmarks.ncnn_convert [--group GROUP]... [--seconds 1] [--json FILE [--resume]] [NAMES...]
    python -m benchmarks.ncnn_convert --products

Models of torchvision, documented models of all codebases (`tests/exports`, small) and single patterns, with random
weights, are exported to ONNX for ours and traced for pnnx, which is installed from the package index into the working
folder, not into this environment. Each conversion is a process of its own with a time limit. One program runs both
results in the same ncnn, taking turns, one thread each, in float32; the median counts (the least is a moment at which
the processor was faster, which comes to one of them only). Outputs may differ from PyTorch's by 1e-3 of the largest.
Results are written to the file of `--json` as they come; `--resume` goes on behind those that stand there.
`--products` times ncnn's InnerProduct and Gemm for many shapes instead.
"""
import argparse
import contextlib
import json
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from prettytable import PrettyTable

from benchmarks import ncnn_models
from benchmarks.ncnn_subject import OPSET, Subject
from mmdeploy.backend.base.native import import_native

ROOT = Path(__file__).resolve().parents[1]
RUNNER = ROOT / 'build' / 'bin' / 'ncnn_files'
PNNX_VERSION = '20261020'
MAX_DIFFERENCE = 1e-3
MAX_RATIO = 1.03
RIGHT, WRONG, REFUSED, FAILED = 'right', 'wrong', 'refused', 'does not run'


class Side(NamedTuple):
    """What one converter made of a subject."""

    result: str
    layers: int = 0
    milliseconds: float = 0
    conversion_seconds: float = 0
    difference: float | None = None
    reason: str = ''
    whole: bool = False  # some input has the batch as a dimension: another layout, with another latency


class Files(NamedTuple):
    """A converted network."""

    param: Path
    bin: Path
    inputs: list[str]
    outputs: list[str]
    seconds: float
    whole: tuple[str, ...] = ()  # inputs whose blobs have the batch too


def install_pnnx(folder: Path) -> Path | None:
    """Return the program of pnnx, installed into a folder of its own; None if it cannot be."""
    program = folder / 'pnnx' / 'pnnx'
    if program.exists():
        return program
    command = [sys.executable, '-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder]
    done = subprocess.run([*command, f'pnnx=={PNNX_VERSION}'], capture_output=True, text=True)
    if done.returncode or not program.exists():
        reason = (done.stderr.strip().splitlines() or ['it holds no program'])[-1]
        print(f'pnnx {PNNX_VERSION} cannot be installed, ours runs alone: {reason}', file=sys.stderr)
        return None
    program.chmod(0o755)
    return program


# ------------------------------------------------------------------------------------------- converters


def _convert_ours(subject: Subject, outputs: int, folder: Path) -> Files:
    model, inputs = subject.prepare()
    path = folder / 'model.onnx'
    names, results = [f'in{i}' for i in range(len(inputs))], [f'out{i}' for i in range(outputs)]
    with subject.context():
        torch.onnx.export(model, tuple(inputs), str(path), opset_version=OPSET, input_names=names, output_names=results)
    shapes = {name: (list(x.shape), ) * 3 for name, x in zip(names, inputs, strict=True)}
    start = time.perf_counter()
    files = import_native().convert('ncnn', str(path), str(folder / 'ours'), inputs=shapes)
    return Files(Path(files[0]), Path(files[1]), names, results, time.perf_counter() - start)


def _convert_pnnx(subject: Subject, outputs: int, folder: Path, program: Path) -> Files:
    model, inputs = subject.prepare()
    path = folder / 'model.pt'
    with subject.context() if subject.traced_in_context else contextlib.nullcontext():
        torch.jit.trace(model, tuple(inputs), check_trace=False).save(str(path))
    shapes = ','.join(str(list(x.shape)).replace(' ', '') for x in inputs)
    start = time.perf_counter()
    done = subprocess.run([program, path.name, f'inputshape={shapes}', 'fp16=0'], cwd=folder, capture_output=True,
                          text=True)
    seconds = time.perf_counter() - start
    param = folder / 'model.ncnn.param'
    if done.returncode or not param.exists():
        raise RuntimeError((done.stderr.strip().splitlines() or ['no file'])[-1])
    # Where pnnx has found no batch, its program gives all dimensions.
    usage = (folder / 'model_ncnn.py').read_text()
    names = [f'in{i}' for i in range(len(inputs))]
    whole = tuple(name for name in names if f'ncnn.Mat({name}.numpy(), batch_index=233)' in usage)
    return Files(param, folder / 'model.ncnn.bin', names, [f'out{i}' for i in range(outputs)], seconds, whole)


# ---------------------------------------------------------------------------------------------- running


def _run(files: dict[str, Files], inputs: list[np.ndarray], seconds: float, folder: Path) -> dict[str, list[str]]:
    """Return the runner's words about each file."""
    lines = []
    for i, x in enumerate(inputs):
        x.astype(np.float32).tofile(folder / f'input{i}')
        for dims in (x.shape[1:], x.shape if x.ndim <= 4 else x.shape[1:]):
            lines.append(f'input {"x".join(map(str, dims))} {folder}/input{i}')
    for name, f in files.items():
        taken = ','.join(f'{blob}={2 * i + (blob in f.whole)}' for i, blob in enumerate(f.inputs))
        lines.append(f'net {f.param} {f.bin} {folder}/{name} {taken} {",".join(f.outputs)}')
    (folder / 'task').write_text('\n'.join(lines) + '\n')
    # One after the other first: a file that ends the program must not end the other one's.
    words = {}
    for turn in ([[name] for name in files] if len(files) > 1 else []):
        words.update(_call_runner(files, turn, 0, folder))
    works = [name for name in files if not words or words[name] != ['failed']]
    words.update(_call_runner(files, works, seconds, folder) if works else {})
    return words


def _call_runner(files: dict[str, Files], names: list[str], seconds: float, folder: Path) -> dict[str, list[str]]:
    wanted = {str(files[name].param): name for name in names}
    task = folder / 'turn'
    lines = (folder / 'task').read_text().splitlines()
    task.write_text(''.join(line + '\n' for line in lines
                            if not line.startswith('net ') or line.split(' ')[1] in wanted))
    done = subprocess.run([RUNNER, task, str(seconds)], capture_output=True, text=True, timeout=900)
    words = {name: ['failed'] for name in names}
    for line in done.stdout.splitlines():
        param, *rest = line.split(' ')
        if param in wanted:
            words[wanted[param]] = rest
    return words if done.returncode == 0 else {name: ['failed'] for name in names}


def _read(prefix: Path, index: int) -> np.ndarray:
    dims = [int(d) for d in Path(f'{prefix}.{index}.dims').read_text().split()]
    return np.fromfile(f'{prefix}.{index}', np.float32).reshape(dims)


def _difference(want: Sequence[np.ndarray], prefix: Path) -> float:
    """Return the largest one as a part of the largest element; infinite for other sizes.

    pnnx names no batch and leaves out dimensions of 1 at will, so that only numbers are compared.
    """
    worst = 0.0
    for i, expected in enumerate(want):
        found = _read(prefix, i)
        if found.size != expected.size:
            return float('inf')
        scale = max(float(np.abs(expected).max()), 1e-6)
        error = np.abs(found.reshape(-1) - expected.reshape(-1)).max() / scale
        worst = max(worst, float(error) if np.isfinite(error) else float('inf'))
    return worst


def _judge(files: Files, words: list[str], want: Sequence[np.ndarray], prefix: Path) -> Side:
    layers = int(files.param.read_text().split('\n')[1].split()[0])
    whole = bool(files.whole)
    if words == ['failed']:
        return Side(FAILED, layers, 0, files.seconds, whole=whole)
    difference = _difference(want, prefix)
    result = RIGHT if difference <= MAX_DIFFERENCE else WRONG
    return Side(result, layers, float(words[1]), files.seconds, difference, whole=whole)


# ---------------------------------------------------------------------------------------------- subjects


def _calculate(subject: Subject) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return inputs and PyTorch's outputs."""
    model, inputs = subject.prepare()
    with torch.no_grad():
        found = model(*inputs)
    outputs = found if isinstance(found, tuple | list) else [found]
    return [x.numpy() for x in inputs], [y.float().numpy() for y in outputs]


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [repr(error)])[-1].strip()


def _answer(end: Connection, function: Callable, args: tuple) -> None:
    os.setsid()  # what it starts ends with it
    warnings.simplefilter('ignore')  # of the tracer, hundreds
    try:
        answer = function(*args)
    except Exception as error:  # noqa: BLE001  exporters raise anything
        answer = RuntimeError(_last_line(error))
    end.send(answer)


def _call(limit: float | None, function: Callable, *args: Any) -> Any:
    """Call a function in a process of its own, which may die or hang, as exporters do; here without a limit."""
    if limit is None:
        return function(*args)
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context('fork').Process(target=_answer, args=(there, function, args))
    process.start()
    there.close()
    try:
        answer = here.recv() if here.poll(limit) else TimeoutError(f'it was not done in {limit:g} seconds')
    except EOFError:
        answer = RuntimeError('the process died')
    if isinstance(answer, TimeoutError):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.join()
    if isinstance(answer, Exception):
        raise answer
    return answer


def compare(subject: Subject, program: Path | None, seconds: float, folder: Path,
            limit: float | None = None) -> dict[str, Side]:
    """Convert with both, run both.

    Args:
        subject: what is converted.
        program: pnnx; None runs ours alone.
        seconds: for the latencies.
        folder: gets the files.
        limit: seconds of each conversion, which has a process of its own then; None: all is done in this one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    inputs, want = _call(limit, _calculate, subject)
    converters: dict[str, tuple] = {'ours': (_convert_ours, subject, len(want), folder)}
    if program:
        converters['pnnx'] = (_convert_pnnx, subject, len(want), folder, program)
    files, sides = {}, {}
    for name, arguments in converters.items():
        try:
            files[name] = _call(limit, *arguments)
        except Exception as error:  # noqa: BLE001  exporters raise anything
            sides[name] = Side(REFUSED, reason=_last_line(error))
    words = _run(files, inputs, seconds, folder) if files else {}
    for name, found in files.items():
        sides[name] = _judge(found, words[name], want, folder / name)
    return sides


# ---------------------------------------------------------------------------------------------- products


def _write_product(kind: str, rows: int, inputs: int, outputs: int, folder: Path) -> Files:
    params = {
        'InnerProduct': f'0={outputs} 1=1 2={inputs * outputs}',
        'Gemm': f'3=1 5=1 6=1 8={outputs} 9={inputs} 10=4'}[kind]
    param, weights = folder / f'{kind}.param', folder / f'{kind}.bin'
    shape = f'0={inputs} 1={rows}'
    param.write_text(f'7767517\n2 2\nInput in0 0 1 in0 {shape}\n{kind} out0 1 1 in0 out0 {params}\n')
    tag = np.zeros(1, np.int32).tobytes()
    matrix = np.random.default_rng(0).standard_normal((outputs, inputs), np.float32).tobytes()
    bias = np.zeros(outputs, np.float32).tobytes()
    weights.write_bytes(tag + matrix + (tag if kind == 'Gemm' else b'') + bias)
    return Files(param, weights, ['in0'], ['out0'], 0)


def time_products(seconds: float, folder: Path) -> None:
    """Print the latency of InnerProduct and Gemm by shape."""
    folder.mkdir(parents=True, exist_ok=True)
    table = PrettyTable(['inputs', 'outputs', 'rows', 'InnerProduct ms', 'Gemm ms', 'Gemm / InnerProduct'])
    table.float_format = '.3'
    for inputs, outputs in ((96, 384), (768, 768), (768, 3072)):
        for rows in (1, 2, 4, 7, 8, 9, 12, 15, 16, 17, 24, 32, 49, 50, 64, 100, 128, 196, 197, 256, 257):
            files = {kind: _write_product(kind, rows, inputs, outputs, folder) for kind in ('InnerProduct', 'Gemm')}
            x = np.random.default_rng(1).standard_normal((1, rows, inputs), np.float32)
            words = _run(files, [x], seconds, folder)
            product, gemm = float(words['InnerProduct'][1]), float(words['Gemm'][1])
            table.add_row([inputs, outputs, rows, product, gemm, gemm / product])
    print(table)


# -------------------------------------------------------------------------------------------------- main


def _row(name: str, sides: dict[str, Side]) -> list[Any]:
    ours, pnnx = sides.get('ours', Side(FAILED)), sides.get('pnnx', Side(''))
    both = ours.milliseconds > 0 and pnnx.milliseconds > 0
    return [
        name, ours.result, pnnx.result, ours.layers or '', pnnx.layers or '',
        f'{ours.milliseconds:.3f}' if ours.milliseconds else '', f'{pnnx.milliseconds:.3f}' if both else '',
        f'{ours.milliseconds / pnnx.milliseconds:.2f}' if both else '', f'{ours.conversion_seconds:.2f}',
        f'{pnnx.conversion_seconds:.2f}' if pnnx.conversion_seconds else '', (ours.reason or pnnx.reason)[:60]]


def _print(found: dict[str, dict[str, Side]]) -> None:
    table = PrettyTable([
        'subject', 'ours', 'pnnx', 'layers', 'pnnx layers', 'ms', 'pnnx ms', 'ratio', 'conversion s',
        'pnnx conversion s', 'why not'])
    table.align = 'l'
    for name, sides in found.items():
        table.add_row(_row(name, sides))
    print(table)


def _count(title: str, found: dict[str, dict[str, Side]]) -> None:
    """Print how many of a group are right, and how they compare where both are."""
    print(f'{title} ({len(found)})')
    for side in ('ours', 'pnnx'):
        results = [sides[side].result for sides in found.values() if side in sides]
        counts = ', '.join(f'{results.count(r)} {r}' for r in (RIGHT, WRONG, REFUSED, FAILED))
        print(f'  {side}: {counts}')
    whole = {name: sides for name, sides in found.items() if {'ours', 'pnnx'} <= sides.keys()}
    only = [name for name, s in whole.items() if s['pnnx'].result == RIGHT and s['ours'].result != RIGHT]
    pairs = {name: (s['ours'], s['pnnx']) for name, s in whole.items() if s['ours'].result == s['pnnx'].result == RIGHT}
    comparable = {name: (a, b) for name, (a, b) in pairs.items() if b.milliseconds > 0 and not b.whole}
    ratios = {name: a.milliseconds / b.milliseconds for name, (a, b) in comparable.items()}
    more = [name for name, (a, b) in pairs.items() if a.layers > b.layers]
    print(f'  right with pnnx only: {", ".join(only) or "none"}')
    print(f'  right with both: {len(pairs)}; more layers than pnnx in {len(more)}: {", ".join(more) or "none"}')
    if ratios:
        slower = [f'{name} {ratio:.2f}' for name, ratio in ratios.items() if ratio > MAX_RATIO]
        mean = np.exp(np.log(list(ratios.values())).mean())
        print(f'  latency ours / pnnx in the {len(ratios)} where both take images without a batch: geometric mean '
              f'{mean:.3f}; above {MAX_RATIO} in {len(slower)}: {", ".join(slower) or "none"}')


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('names', nargs='*', metavar='NAMES', help='subjects, or the beginning of their names')
    parser.add_argument('--group', action='append', choices=list(ncnn_models.GROUPS), metavar='GROUP',
                        help=f'of {", ".join(ncnn_models.GROUPS)} (default: all; may be given several times)')
    parser.add_argument('--products', action='store_true', help='time InnerProduct and Gemm instead')
    parser.add_argument('--ours', action='store_true', help='without pnnx')
    parser.add_argument('--seconds', type=float, default=1.0, help='for the latencies of one subject (default: 1)')
    parser.add_argument('--work-dir', type=Path, default=ROOT / 'build' / 'ncnn_convert')
    parser.add_argument('--limit', type=float, default=300, help='seconds of one conversion (default: 300)')
    parser.add_argument('--json', type=Path, metavar='FILE', help='writes the results here too, as they come')
    parser.add_argument('--resume', action='store_true', help='leaves out what stands in the file of --json')
    parser.add_argument('--keep', action='store_true', help='keeps the files of the conversions')
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Compare; return 1 when one of ours is wrong or does not run."""
    args = _parse(argv)
    if args.products:
        time_products(min(args.seconds, 0.3), args.work_dir / 'products')
        return 0
    groups = {group: ncnn_models.GROUPS[group]() for group in args.group or ncnn_models.GROUPS}
    subjects = {name: subject for subjects in groups.values() for name, subject in subjects.items()}
    names = [name for name in subjects if not args.names or name.startswith(tuple(args.names))]
    if not names:
        print(f'no such subject, allowed: {", ".join(subjects)}', file=sys.stderr)
        return 2
    found = _load(args.json) if args.resume else {}
    program = None if args.ours else install_pnnx(args.work_dir / 'environment')
    for i, name in enumerate(names):
        if name in found:
            continue
        found[name] = _compare_one(subjects[name], program, args, args.work_dir / re.sub(r'[^\w.+-]', '_', name))
        print(f'[{i + 1}/{len(names)}] {name}: {_line(found[name])}', file=sys.stderr, flush=True)
        _save(args.json, found)
    found = {name: found[name] for name in names}
    _print(found)
    for group, subjects in groups.items():
        _count(group, {name: found[name] for name in subjects if name in found})
    return int(any(both['ours'].result in (WRONG, FAILED) for both in found.values()))


def _compare_one(subject: Subject, program: Path | None, args: argparse.Namespace, folder: Path) -> dict[str, Side]:
    try:
        return compare(subject, program, args.seconds, folder, args.limit)
    except Exception as error:  # noqa: BLE001  models raise anything
        return {'ours': Side(REFUSED, reason=f'the model itself: {_last_line(error)}')}
    finally:
        if not args.keep:
            shutil.rmtree(folder, ignore_errors=True)


def _line(sides: dict[str, Side]) -> str:
    times = [side.milliseconds for side in sides.values() if side.milliseconds]
    ratio = f', {times[0] / times[1]:.2f}' if len(times) == 2 else ''
    reasons = ''.join(f' ({side.reason[:100]})' for side in sides.values() if side.reason)
    return f'{", ".join(f"{name} {side.result}" for name, side in sides.items())}{ratio}{reasons}'


def _load(path: Path | None) -> dict[str, dict[str, Side]]:
    if path is None or not path.exists():
        return {}
    found = json.loads(path.read_text())
    return {name: {side: Side(**fields) for side, fields in sides.items()} for name, sides in found.items()}


def _save(path: Path | None, found: dict[str, dict[str, Side]]) -> None:
    if path:
        sides = {name: {side: s._asdict() for side, s in both.items()} for name, both in found.items()}
        path.write_text(json.dumps(sides, indent=2))


if __name__ == '__main__':
    sys.exit(main())
