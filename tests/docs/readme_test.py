"""What the README shows is run: its commands, its programs, its tables."""
import os
import re
import subprocess
import sys

import pytest


def _blocks(repository, language):
    text = (repository / 'README.md').read_text()
    return re.findall(rf'```{language}\n(.*?)```', text, re.S)


def _run(command, repository, **kwargs):
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, **kwargs)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope='module')
def converted(repository, mmdeploy_command):
    """Runs the README's commands; the programs use the model that they make."""
    script = _blocks(repository, 'bash')[1]
    return _run(['bash', '-e', '-c', script], repository)


def test_the_commands_convert_verify_and_infer(converted):
    assert 'All process success.' in converted or 'passed: the model computes' in converted
    assert 'label 7' in converted


def test_the_python_lines_run(repository, converted):
    code = _blocks(repository, 'python')[0]
    env = {**os.environ, 'PYTHONPATH': str(repository / 'build' / 'lib')}
    assert _run([sys.executable, '-c', code], repository, env=env).startswith('[(7, 0.9')
    assert len(_blocks(repository, 'python')[0].splitlines()) <= 3


@pytest.mark.parametrize('language,compiler', [('cpp', 'c++'), ('c', 'cc')])
def test_the_programs_compile_and_run(repository, converted, tmp_path, language, compiler):
    source = tmp_path / f'main.{language}'
    source.write_text(_blocks(repository, language)[0])
    program = tmp_path / 'main'
    lib = repository / 'build' / 'lib'
    opencv = ['-I/usr/include/opencv4', '-lopencv_core', '-lopencv_imgcodecs']
    _run([compiler, str(source), f'-I{repository}/include', f'-L{lib}', '-o', str(program),
          '-lmmdeploy', f'-Wl,-rpath,{lib}'] + (opencv if language == 'cpp' else []), repository)
    assert re.match(r'\d \d\.\d{4}', _run([str(program)], repository))


def test_the_graph_commands_run(repository, converted):
    out = _run(['bash', '-e', '-c', _blocks(repository, 'bash')[2]], repository)
    assert 'Conv' in out and 'MACs' in out
    assert (repository / 'build/readme/graph.svg').read_text().startswith('<svg ')


def test_what_the_graph_page_shows(repository, converted, mmdeploy_command):
    page = (repository / 'docs/en/graph.md').read_text()
    command, other = 'build/bin/mmdeploy', 'build/readme/graph'
    for word in ('print', 'stats', 'diff', 'optimize', 'extract', 'set-output'):
        assert f'mmdeploy graph {word} ' in page
        _run([command, 'graph', word, '--help'], repository)
    code = re.findall(r'```python\n(.*?)```', page, re.S)[0]
    folder = repository / other
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'end2end.onnx').write_bytes((repository / 'build/readme/model/end2end.onnx').read_bytes())
    env = {**os.environ, 'PYTHONPATH': str(repository)}
    done = subprocess.run([sys.executable, '-c', code], cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "'Conv'" in done.stdout and (folder / 'smaller.onnx').exists()


def test_the_page_of_operators(repository):
    page = (repository / 'docs/en/ops.md').read_text()
    code = re.findall(r'```python\n(.*?)```', page, re.S)[0] + '\nprint(output.shape)'
    env = {**os.environ, 'PYTHONPATH': f'{repository}:{repository}/build/lib'}
    done = subprocess.run([sys.executable, '-c', code], env=env, capture_output=True, text=True)
    assert done.stdout.strip() == '(1, 3, 4, 4)', done.stderr


def test_the_tables_are_current(repository, mmdeploy_command):
    _run([sys.executable, 'scripts/support_tables.py', '--check'], repository)
