"""Tests of logging, timing, devices and small helpers."""
import logging
import multiprocessing as mp
import warnings
from contextlib import contextmanager

import numpy as np
import pytest
import torch

from mmdeploy.utils import (
    Backend,
    Codebase,
    get_backend_version,
    get_codebase_version,
    get_file_path,
    get_library_version,
    parse_cuda_device_id,
    parse_device_id,
    target_wrapper,
)
from mmdeploy.utils.dataset import is_can_sort_dataset, sort_dataset
from mmdeploy.utils.logging import get_logger, log_metrics, tracer_warnings_counted, warnings_once
from mmdeploy.utils.test import SwitchBackendWrapper, assert_allclose, get_flatten_inputs, get_random_name
from mmdeploy.utils.timer import TimeCounter
from mmdeploy.utils.utils import deprecate, make_folder
from mmdeploy.version import parse_version_info


def test_devices():
    assert parse_device_id('cpu') == -1
    assert parse_device_id('cuda:10') == 10
    assert parse_device_id('npu') is None
    assert parse_cuda_device_id('cuda') == 0
    for wrong in ('cuda_5', 'cuda:', 'cpu'):
        with pytest.raises(AssertionError, match='allowed is "cuda" or'):
            parse_cuda_device_id(wrong)


def test_versions():
    assert parse_version_info('1.2.0rc3') == (1, 2, 0, 'rc3')
    assert get_library_version('torch') == torch.__version__
    assert get_library_version('no_such_library') is None
    assert set(get_backend_version()) == {'tensorrt', 'onnxruntime', 'ncnn'}
    assert set(get_codebase_version()) == {c.value for c in Codebase}


def test_file_path(tmp_path):
    (tmp_path / 'b.so').touch()
    assert get_file_path(str(tmp_path), ['a.so', '*.so']) == str(
        tmp_path / 'b.so')
    assert get_file_path(str(tmp_path), ['a.so']) == ''


def test_enum_is_extensible():
    assert Backend.get('sdk') is Backend.SDK
    assert [b.value for b in Backend][:3] == [
        'pytorch', 'tensorrt', 'onnxruntime'
    ]


def test_deprecate(caplog):

    @deprecate('past', dst_obj='new')
    def old():
        """Doc."""
        return 1

    logger = logging.getLogger('mmdeploy')
    logger.addHandler(caplog.handler)
    assert old() == 1 and old.__doc__ == 'Doc.'
    logger.removeHandler(caplog.handler)
    assert 'old was deprecated, use new instead.' in caplog.text
    with pytest.raises(KeyError, match='Unexpected key never'):
        deprecate('never')(lambda: 0)()


def test_target_wrapper():
    value = mp.Value('i', 7)
    assert target_wrapper(lambda a: a, logging.INFO, value, 3) == 3
    assert value.value == 0
    assert target_wrapper(lambda: 1 / 0, logging.CRITICAL, value) is None
    assert value.value == -1


def test_logger_is_set_up_once(tmp_path):
    name = get_random_name()
    path = tmp_path / 'log'
    logger = get_logger(name, str(path), logging.WARNING)
    logger.warning('hello')
    assert 'WARNING - hello' in path.read_text()
    assert get_logger(name, None, logging.DEBUG).level == logging.WARNING
    assert get_logger(f'{name}.child').handlers == []


class _Dataset:

    def __init__(self, infos):
        self.data_infos = infos


def test_sort_dataset():
    infos = [dict(height=h, width=w, id=i)
             for i, (h, w) in enumerate([(2, 1), (1, 9), (1, 3)])]
    dataset = _Dataset(infos)
    assert is_can_sort_dataset(dataset)
    assert sort_dataset(dataset).img_ids == [2, 1, 0]
    assert not is_can_sort_dataset(_Dataset([]))
    assert not is_can_sort_dataset(_Dataset([dict(id=0)]))


def test_timer(capsys, tmp_path):
    name = get_random_name()

    @TimeCounter.count_time(name)
    def work():
        return 5

    work()
    path = tmp_path / 'speed.log'
    with pytest.warns(UserWarning, match='globally unique'):
        with TimeCounter.activate(
                name, warmup=2, log_interval=3, file=str(path)):
            for _ in range(8):
                assert work() == 5
    assert len(TimeCounter.names[name]['execute_time']) == 6
    assert f'[{name}]-3 times per count: ' in path.read_text()
    TimeCounter.print_stats(name)
    table = capsys.readouterr().out
    assert '| Stats  | Latency/ms |' in table and '| Median |' in table
    with pytest.raises(AssertionError, match='is timed already'):
        TimeCounter.count_time(name)
    with pytest.raises(ZeroDivisionError), TimeCounter.activate():
        raise ZeroDivisionError
    assert not TimeCounter.names[name]['enable']


def test_assert_allclose():
    x = torch.ones(2)
    assert_allclose([x], [np.ones(2)])
    with pytest.raises(AssertionError):
        assert_allclose([x], [x + 1])
    with pytest.warns(UserWarning):
        assert_allclose([x], [x + 1], tolerate_small_mismatch=True)
    with pytest.raises(ValueError, match='actual has 2'):
        assert_allclose([x], [x, x])


def test_flatten_inputs():
    x = torch.ones(1)
    flat = get_flatten_inputs(dict(a=x, b=[x], c=(x, x), d=3))
    assert list(flat) == ['a', 'b', 'c_0', 'c_1']


def test_random_name():
    assert get_random_name(5, seed=1) == get_random_name(5, seed=1)
    assert len(get_random_name(12)) == 12


def test_switch_backend_wrapper():

    class Wrapper(torch.nn.Module):

        def __init__(self, file):
            super().__init__()
            raise OSError(file)

        def forward(self, x):
            return x

    before = dict(vars(Wrapper))
    with SwitchBackendWrapper(Wrapper) as switch:
        switch.set(outputs='fixed')
        assert Wrapper(output_names=['a'])('x') == 'fixed'
        assert Wrapper()._output_names == ['dets', 'labels']
    assert dict(vars(Wrapper)) == before


@pytest.mark.parametrize('metrics, text', [({'top-1': 91.234, 'note': 'x'}, 'top-1 : 91.23'), (0.5, 'metric : 0.50'),
                                           (None, ''), ('done', 'metric : done')])
def test_metrics_of_any_kind_are_logged(caplog, metrics, text):
    logger = logging.getLogger('metrics_of_any_kind')
    with caplog.at_level(logging.INFO, logger.name):
        log_metrics(logger, metrics, '.2f')
    assert text in caplog.text and bool(caplog.text) is bool(text)


def test_data_sets_are_sorted_with_and_without_ids():
    class Items:
        def __init__(self, infos):
            self.data_infos = infos

    sizes = [dict(height=3, width=1), dict(height=1, width=5), dict(height=1, width=2)]
    plain = sort_dataset(Items([dict(size) for size in sizes]))
    assert [(i['height'], i['width']) for i in plain.data_infos] == [(1, 2), (1, 5), (3, 1)]
    assert not hasattr(plain, 'img_ids')
    numbered = sort_dataset(Items([dict(size, id=i) for i, size in enumerate(sizes)]))
    assert numbered.img_ids == [2, 1, 0]
    assert not is_can_sort_dataset(Items([sizes[0], dict(height=2)])) and not is_can_sort_dataset(Items([]))


def test_a_logger_writes_to_every_file_that_is_asked_for(tmp_path):
    """A command that runs twice in a process has a file each time."""
    name = get_random_name()
    for file in ('first.txt', 'second.txt', 'second.txt'):
        get_logger(name, str(tmp_path / file)).info('written once')
    assert (tmp_path / 'first.txt').read_text().count('written once') == 3
    assert (tmp_path / 'second.txt').read_text().count('written once') == 2


@contextmanager
def _heard(caplog, level):
    """Let `caplog` hear the package's logger."""
    logger = logging.getLogger('mmdeploy')
    logger.addHandler(caplog.handler)
    try:
        with caplog.at_level(level, logger='mmdeploy'):
            yield
    finally:
        logger.removeHandler(caplog.handler)


@pytest.mark.parametrize('level', ['INFO', 'DEBUG'])
def test_warnings_of_the_tracer_are_counted(caplog, recwarn, level):
    def doubled(x):
        x = x * int(x.shape[0])
        return x + 1 if x.sum() > 0 else x

    warnings.simplefilter('always')
    with _heard(caplog, level), tracer_warnings_counted():
        torch.jit.trace(doubled, torch.ones(2))
        warnings.warn('another one', UserWarning, stacklevel=1)
    # Each once: the logger may hand records on to its parent, which `caplog` hears, too.
    messages = list(dict.fromkeys(record.getMessage() for record in caplog.records))
    assert messages[-1].startswith('PyTorch warns of 2 place(s) where the trace may keep a value')
    listed = [text for text in messages[:-1] if 'TracerWarning: Converting a tensor to a Python' in text]
    assert len(listed) == len(messages) - 1 and bool(listed) == (level == 'DEBUG')
    assert [str(warning.message) for warning in recwarn] == ['another one']


def test_without_warnings_of_the_tracer_nothing_is_said(caplog):
    with _heard(caplog, 'INFO'), tracer_warnings_counted():
        pass
    assert not caplog.records


def test_a_warning_is_said_once_within():
    logger, records = get_logger('mmdeploy'), []
    handler = logging.Handler()
    handler.emit = lambda record: records.append((record.levelname, record.getMessage()))
    logger.addHandler(handler)
    try:
        for _ in range(2):
            with warnings_once():
                for name in ('a', 'a', 'b', 'a'):
                    logger.warning('of %s', name)
                    logger.error('an error')
        logger.warning('of %s', 'a')
        logger.warning('of %s', 'a')
    finally:
        logger.removeHandler(handler)
    assert [text for level, text in records if level == 'WARNING'] == ['of a', 'of b'] * 2 + ['of a'] * 2
    assert sum(level == 'ERROR' for level, _ in records) == 8  # only warnings are left out


def test_a_folder_that_is_a_file_is_named(tmp_path):
    make_folder(str(tmp_path / 'a/b'))
    make_folder(str(tmp_path / 'a/b'))
    assert (tmp_path / 'a/b').is_dir()
    file = tmp_path / 'file'
    file.write_text('kept')
    for path in (file, file / 'below/it'):
        with pytest.raises(NotADirectoryError, match=f"folder '{path}' cannot be made: '{file}' is a file; name "):
            make_folder(str(path))
    assert file.read_text() == 'kept'
