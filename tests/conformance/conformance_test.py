"""What every engine has to do, whatever its format: {engine} x {check}. See engines.py and networks.py."""
import os
import signal
import threading
import traceback
from pathlib import Path

import numpy as np
import pytest
from mmdeploy_python import Net

from tests.conformance import engines, networks
from tests.conformance.networks import TYPES, Network

MEGABYTE = 1 << 20
RELATIVE = 1e-5  # of float32


class Engine:
    """One engine, with a folder for its files."""

    def __init__(self, name: str, folder: Path):
        self.name = name
        self.folder = folder
        self.module = engines.load(name)

    def arguments(self, network: Network) -> dict:
        return self.module.write(network, self.folder)

    def net(self, network: Network, **options) -> Net:
        return Net(backend=self.name, **{**self.arguments(network), **options})


@pytest.fixture(params=engines.built())
def engine(request, tmp_path) -> Engine:
    engine = Engine(request.param, tmp_path)
    check = request.node.originalname.removeprefix('test_')
    others = {k: v for k, v in request.node.callspec.params.items() if k != 'engine'}
    if others:
        check += f'[{"-".join(map(str, others.values()))}]'
    reason = engines.find_hole(engine.module, check)
    if reason is not None:
        request.node.add_marker(pytest.mark.xfail(reason=reason, strict=True))
    return engine


def _random(network: Network, **sizes: list[int]) -> dict[str, np.ndarray]:
    """Random inputs; `sizes` has the shape of each."""
    random = np.random.default_rng(0)
    return {t.name: random.normal(size=sizes[t.name]).astype(t.dtype) for t in network.inputs}


def _compare(network: Network, net: Net, arrays: dict[str, np.ndarray]) -> None:
    found = net.run(arrays)
    expected = network.reference(arrays)
    assert list(found) == [t.name for t in network.outputs]
    for name, want in expected.items():
        assert found[name].shape == want.shape
        scale = np.abs(want).max(initial=1e-6)
        np.testing.assert_allclose(found[name], want, rtol=0, atol=RELATIVE * scale)


def _resident() -> int:
    """Bytes of this process that lie in memory."""
    return int(Path('/proc/self/statm').read_text().split()[1]) * 4096


def test_names_types_and_shapes_are_known_before_a_run(engine):
    net = engine.net(networks.several())
    assert [(t.name, t.dtype, t.shape) for t in net.inputs] == [('b', 'float32', [-1, 3]), ('a', 'float32', [-1, 2])]
    assert [(t.name, t.dtype, t.shape) for t in net.outputs] == [('z', 'float32', [-1, 3]), ('y', 'float32', [-1, 4])]
    assert engine.net(networks.static()).inputs[0].shape == [2, 8]


@pytest.mark.parametrize('dtype', TYPES)
def test_element_types(engine, dtype):
    net = engine.net(networks.identity(dtype))
    x = np.array([[0, 1, 2], [3, 4, 5]]).astype(dtype)
    assert net.inputs[0].dtype == net.outputs[0].dtype == dtype
    y = net.run({'x': x})['y']
    assert y.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(y, x)
    y[:] = 0
    assert x.any(), 'the output is the memory of the input'


@pytest.mark.parametrize('dtype', ['int64', 'uint64', 'uint32'])
def test_large_integers(engine, dtype):
    """Engines that calculate in 32 bits lose them without an error."""
    x = np.array([[0, np.iinfo(dtype).max - 1, np.iinfo(dtype).max // 3]], dtype)
    np.testing.assert_array_equal(engine.net(networks.identity(dtype)).run({'x': x})['y'], x)


@pytest.mark.parametrize('batch', [1, 2, 7])
def test_batch(engine, batch):
    network = networks.linear()
    _compare(network, engine.net(network), _random(network, x=[batch, 8]))


def test_dynamic_shape(engine):
    network = networks.pooled()
    net = engine.net(network)
    for height, width in ((4, 4), (8, 5), (1, 1), (33, 64), (4, 4)):
        _compare(network, net, _random(network, x=[2, 3, height, width]))


def test_convolution(engine):
    network = networks.convolved()
    net = engine.net(network)
    for height, width in ((4, 4), (8, 5), (33, 64)):
        _compare(network, net, _random(network, x=[2, 3, height, width]))


def test_static_shape(engine):
    network = networks.static()
    _compare(network, engine.net(network), _random(network, x=[2, 8]))


def test_several_inputs_and_outputs(engine):
    network = networks.several()
    _compare(network, engine.net(network), _random(network, a=[3, 2], b=[2, 3]))


def test_inputs_that_meet(engine):
    network = networks.summed()
    _compare(network, engine.net(network), _random(network, a=[2, 3], b=[2, 3]))


@pytest.mark.parametrize('shape', [(0, 3, 4, 4), (1, 3, 0, 4), (0, 3, 0, 0)])
def test_dimensions_of_0_are_answered_politely(engine, shape):
    network = networks.pooled()
    net = engine.net(network)
    try:
        y = net.run({'x': np.zeros(shape, 'f4')})['y']
        assert y.shape == (shape[0], 4)
    except RuntimeError as error:
        assert 'x'.join(map(str, shape)) in str(error)
    _compare(network, net, _random(network, x=[2, 3, 4, 4]))  # still usable


@pytest.mark.parametrize('name', ['z', ''])
def test_wrong_names_are_refused(engine, name):
    net = engine.net(networks.linear())
    with pytest.raises(RuntimeError, match=f"there is no input '{name}', inputs: 'x'"):
        net.run({'x': np.zeros((1, 8), 'f4'), name: np.zeros((1, 8), 'f4')})
    with pytest.raises(RuntimeError, match="input 'x' is missing"):
        net.run({})


@pytest.mark.parametrize('shape', [(1, 7), (8, ), (1, 1, 8), ()])
def test_wrong_shapes_are_refused(engine, shape):
    net = engine.net(networks.linear())
    text = 'x'.join(map(str, shape)) or 'scalar'
    with pytest.raises(RuntimeError, match=rf"input 'x' has shape {text}, the network takes float32 \?x8"):
        net.run({'x': np.zeros(shape, 'f4')})


@pytest.mark.parametrize('dtype', ['float64', 'float16', 'int32', 'bool'])
def test_wrong_types_are_refused(engine, dtype):
    net = engine.net(networks.linear())
    with pytest.raises(RuntimeError, match=f"input 'x' has element type {dtype}, the network takes float32"):
        net.run({'x': np.zeros((1, 8), dtype)})


def test_errors_of_the_engine_name_the_inputs(engine):
    network = networks.reshaped()
    net = engine.net(network)
    _compare(network, net, {'x': np.arange(6, dtype='f4')})
    with pytest.raises(RuntimeError, match=f"{engine.name} .*with inputs 'x' 5: "):
        net.run({'x': np.zeros(5, 'f4')})
    for _ in range(3):  # still usable, by the same shape too
        _compare(network, net, {'x': np.arange(6, dtype='f4')})


@pytest.mark.parametrize('num_threads', [0, 1, 2])
def test_concurrent_runs_are_bit_equal_to_one(engine, num_threads):
    network = networks.pooled()
    net = engine.net(network, num_threads=num_threads)
    inputs = [_random(network, x=[1 + i, 3, 8, 8 + i]) for i in range(4)]
    expected = [net.run(arrays)['y'] for arrays in inputs]
    wrong = []

    def call(i: int) -> None:
        for _ in range(50):
            if not np.array_equal(net.run(inputs[i])['y'], expected[i]):
                wrong.append(i)

    threads = [threading.Thread(target=call, args=(i, )) for i in range(len(inputs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def _holds_in_child(check) -> bool:
    """Tell whether a check holds in a child made by fork, which has 30 seconds."""
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        try:
            os._exit(0 if check() else 1)
        except BaseException:  # noqa: B036  # pytest must not go on in the child
            traceback.print_exc()
            os._exit(2)
    return os.waitpid(child, 0)[1] == 0


@pytest.mark.filterwarnings('ignore:This process.*multi-threaded')
@pytest.mark.parametrize('num_threads', [0, 1, 2])
def test_children_made_by_fork(engine, num_threads):
    """The threads of the parent are gone in them: whoever waits for one waits for ever."""
    network = networks.convolved()
    net = engine.net(network, num_threads=num_threads)
    arrays = _random(network, x=[2, 3, 33, 64])
    expected = net.run(arrays)['y']
    threads = [threading.Thread(target=net.run, args=(arrays, )) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _holds_in_child(lambda: np.array_equal(net.run(arrays)['y'], expected))
    assert _holds_in_child(
        lambda: np.array_equal(engine.net(network, num_threads=num_threads).run(arrays)['y'], expected))
    np.testing.assert_array_equal(net.run(arrays)['y'], expected)


@pytest.mark.parametrize('name, shape', [('pooled', (2, 3, 8, 8)), ('linear', (2, 8)), ('convolved', (2, 3, 9, 10))],
                         ids=['pooled', 'linear', 'convolved'])
def test_inputs_are_read_only(engine, tmp_path, name, shape):
    """A write to the caller's memory would end the process: it is a file that is mapped for reading."""
    network = getattr(networks, name)()
    path = tmp_path / 'input.bin'
    np.random.default_rng(0).normal(size=shape).astype('f4').tofile(path)
    _compare(network, engine.net(network), {'x': np.memmap(path, 'f4', 'r', shape=shape)})


def test_failing_callers_do_not_disturb_others(engine):
    network = networks.reshaped()
    net = engine.net(network, num_threads=1)
    arrays = {'x': np.arange(6, dtype='f4')}
    expected = net.run(arrays)['y']
    stop = threading.Event()
    failures = []

    def fail() -> None:
        while not stop.is_set():
            try:
                net.run({'x': np.zeros(5, 'f4')})
            except RuntimeError as error:
                failures.append(error)

    thread = threading.Thread(target=fail)
    thread.start()
    try:
        for _ in range(50):
            np.testing.assert_array_equal(net.run(arrays)['y'], expected)
    finally:
        stop.set()
        thread.join()
    assert failures


def test_results_outlive_the_next_run_and_the_net(engine):
    network = networks.linear()
    net = engine.net(network)
    arrays = _random(network, x=[2, 8])
    first = net.run(arrays)['y']
    kept = first.copy()
    net.run({'x': np.ones((2, 8), 'f4')})
    del net
    np.testing.assert_array_equal(first, kept)


def test_reloading_100_times_keeps_memory_flat(engine):
    network = networks.linear(256)  # a leak of weights would be 25 MB
    arguments = engine.arguments(network)
    arrays = _random(network, x=[1, 256])

    def reload(times: int) -> None:
        for _ in range(times):
            Net(backend=engine.name, num_threads=1, **arguments).run(arrays)

    reload(30)
    before = _resident()
    reload(100)
    assert _resident() - before < 8 * MEGABYTE


def test_runs_keep_memory_flat(engine):
    network = networks.pooled()
    net = engine.net(network, num_threads=1)
    shapes = [(1, 3, 8 + i % 16, 8 + i % 7) for i in range(112)]
    images = [np.ones(shape, 'f4') for shape in shapes]
    for image in images:
        net.run({'x': image})
    before = _resident()
    for i in range(2000):
        net.run({'x': images[i % len(images)]})
    assert _resident() - before < 4 * MEGABYTE


def test_bytes_give_the_same_as_paths(engine):
    network = networks.linear()
    arguments = engine.arguments(network)
    arrays = _random(network, x=[2, 8])
    expected = Net(backend=engine.name, **arguments).run(arrays)['y']
    content = {k: v.read_bytes() if isinstance(v, Path) else v for k, v in arguments.items()}
    np.testing.assert_array_equal(Net(backend=engine.name, **content).run(arrays)['y'], expected)


def _damage(engine: Engine, content: bytes) -> dict:
    """Arguments for a network file with other content, as bytes."""
    arguments = engine.arguments(networks.linear(64))
    return {**arguments, 'model': content}


@pytest.mark.parametrize('content', [b'', b'\0' * 64, b'[1, 2]', bytes(range(7, 256)) * 3, b'<?xml version="1.0"?><a/>',
                                     b'PK\3\4' + b'\0' * 60, b'7767517\n2 1\n'],
                         ids=['empty', 'zeros', 'json', 'noise', 'xml', 'zip', 'text'])
def test_what_is_no_network_is_refused(engine, content):
    with pytest.raises(RuntimeError, match='failed to create net: .'):
        Net(backend=engine.name, **_damage(engine, content))
    path = engine.folder / 'damaged'
    path.write_bytes(content)
    with pytest.raises(RuntimeError, match='failed to create net: .*damaged'):
        Net(backend=engine.name, **{**_damage(engine, content), 'model': path})


@pytest.mark.parametrize('percent', [1, 10, 50, 90, 99])
def test_truncated_networks_are_refused(engine, percent):
    whole = engine.arguments(networks.linear(64))['model'].read_bytes()
    with pytest.raises(RuntimeError, match='failed to create net: .'):
        Net(backend=engine.name, **_damage(engine, whole[:len(whole) * percent // 100]))


@pytest.mark.parametrize('other', engines.built())
def test_files_of_other_engines_are_refused(engine, other, tmp_path):
    content = engines.load(other).write(networks.linear(), tmp_path)['model'].read_bytes()
    if content == engine.arguments(networks.linear())['model'].read_bytes():
        return  # its own format
    try:
        net = Net(backend=engine.name, **{**_damage(engine, content)})
    except RuntimeError as error:
        assert 'failed to create net: ' in str(error)
    else:  # an engine may read the format of another one; then it has to do so rightly
        _compare(networks.linear(), net, _random(networks.linear(), x=[2, 8]))


def test_missing_files_are_named(engine):
    arguments = engine.arguments(networks.linear())
    arguments['model'] = arguments['model'].with_name('nowhere' + arguments['model'].suffix)
    with pytest.raises(RuntimeError, match='nowhere'):
        Net(backend=engine.name, **arguments)


def test_a_device_that_is_not_there_is_refused(engine):
    with pytest.raises(RuntimeError, match=f"engine '{engine.name}' .*'cpu'.* found device 'cuda:0'"):
        engine.net(networks.linear(), device_name='cuda')


def test_an_unknown_option_is_refused(engine):
    with pytest.raises(RuntimeError, match=f"engine '{engine.name}' has no option 'no_such', allowed: "):
        engine.net(networks.linear(), engine_options={'no_such': '1'})
