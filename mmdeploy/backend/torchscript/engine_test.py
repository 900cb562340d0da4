"""What is particular to TorchScript: trust, files of others, outputs. What all engines do is in tests/conformance."""
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / 'build' / 'lib'))
from mmdeploy_python import Net, convert  # noqa: E402

from mmdeploy.utils import Backend  # noqa: E402
from mmdeploy.utils.test import backend_checker  # noqa: E402

pytestmark = backend_checker(Backend.TORCHSCRIPT)

IMAGE = np.random.default_rng(0).normal(size=(1, 3, 8, 8)).astype('f4')


class _Module(torch.nn.Module):
    """Calls a function; has a constant that it may give."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.constant = torch.nn.Parameter(torch.ones(3))

    def forward(self, x):
        return self.function(x, self.constant)


def _file(function, described=None, example=None) -> bytes:
    """The content of a .pt file that runs a function of image and constant."""
    example = torch.ones(1, 3, 8, 8) if example is None else example
    module = torch.jit.trace(_Module(function).eval(), example)
    buffer = io.BytesIO()
    extra = {} if described is None else {'mmdeploy.json': described}
    torch.jit.save(torch.jit.freeze(module), buffer, _extra_files=extra)
    return buffer.getvalue()


def _describe(*outputs):
    tensor = dict(dtype='float32', shape=[-1, 3, -1, -1])
    return json.dumps(dict(inputs=[dict(tensor, name='x')], outputs=[dict(tensor, name=name) for name in outputs]))


def _net(content, **options):
    return Net(content, 'torchscript', trusted=True, **options)


class _InPlace(torch.nn.Module):
    """Writes to its second input, through a view and a method."""

    def forward(self, x, y):
        return self.scale(x), self.shift(y)

    def scale(self, x):
        return x * 2

    def shift(self, y):
        y[:, 0].sub_(1)
        return y.view(-1).relu_().view_as(y)


@pytest.mark.parametrize('how', ['trace', 'script'])
@pytest.mark.parametrize('optimize', ['0', '1'])
def test_the_callers_memory_is_not_written(how, optimize):
    module = _InPlace().eval()
    example = (torch.ones(1, 2, 3, 1), torch.ones(1, 2, 3, 1))
    made = torch.jit.script(module) if how == 'script' else torch.jit.trace(module, example)
    buffer = io.BytesIO()
    torch.jit.save(made, buffer)
    net = _net(buffer.getvalue(), engine_options=dict(optimize_for_inference=optimize))
    arrays = [np.random.default_rng(i).normal(size=(1, 2, 3, 1)).astype('f4') for i in range(2)]
    expected = [y.numpy() for y in module(*(torch.from_numpy(a.copy()) for a in arrays))]
    kept = [array.copy() for array in arrays]
    for array in arrays:
        array.setflags(write=False)
    names = [tensor.name for tensor in net.inputs]
    for _ in range(2):
        found = net.run(dict(zip(names, arrays, strict=True)))
        for output, wanted in zip(net.outputs, expected, strict=True):
            np.testing.assert_allclose(found[output.name], wanted, rtol=1e-6)
    assert all(np.array_equal(a, b) for a, b in zip(arrays, kept, strict=True))


def test_it_loads_only_what_the_caller_trusts(tmp_path):
    path = tmp_path / 'a.pt'
    path.write_bytes(_file(lambda x, c: x + 1))
    with pytest.raises(RuntimeError, match=r"'a\.pt' is TorchScript, which carries code, and runs only if you trust "
                       r'it; say so by --trust \(command\), trusted=True \(Python\), mmdeploy_context_set_trusted'):
        Net(path, 'torchscript')
    np.testing.assert_array_equal(Net(path, 'torchscript', trusted=True).run({'#0': IMAGE})['#0'], IMAGE + 1)


def test_the_command_and_the_task_classes_pass_trust_on(tmp_path):
    from mmdeploy_python import Classifier, Context, Device, Model
    work_dir = str(tmp_path)
    subprocess.run([sys.executable, 'tools/deploy.py', 'configs/mmcls/classification_torchscript.py',
                    'zoo/mmcls/resnet18_digits.py', 'zoo/mmcls/resnet18_digits.pth', 'zoo/mmcls/images/digit_7.png',
                    '--work-dir', work_dir, '--dump-info'], cwd=ROOT, check=True, capture_output=True)
    command = [str(ROOT / 'build/bin/mmdeploy'), 'verify', work_dir]
    refused = subprocess.run(command, capture_output=True, text=True)
    assert refused.returncode == 2 and 'which carries code' in refused.stderr
    assert subprocess.run([*command, '--trust'], capture_output=True).returncode == 0
    with pytest.raises(RuntimeError, match='failed to create classifier: .*which carries code'):
        Classifier(work_dir, 'cpu')
    Classifier(work_dir, 'cpu', trusted=True)
    Classifier(Model(work_dir), Context(Device('cpu'), trusted=True))
    with pytest.raises(RuntimeError, match='which carries code'):
        Classifier(Model(work_dir), Context(Device('cpu'), trusted=False))


def test_files_of_others_have_positions_for_names():
    net = _net(_file(lambda x, c: (x * 2, x + c.reshape(1, 3, 1, 1))))
    assert [repr(info) for info in net.inputs] == ['#0: float32 ?x?x?x?']
    outputs = net.run({'#0': IMAGE})
    np.testing.assert_array_equal(outputs['#0'], IMAGE * 2)
    np.testing.assert_array_equal(outputs['#1'], IMAGE + 1)


def test_a_scripted_module_runs():
    class Scripted(torch.nn.Module):

        def forward(self, x: torch.Tensor):
            return x * 2 if x.sum() > 0 else x

    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(Scripted().eval()), buffer)
    net = _net(buffer.getvalue())
    for image in (np.abs(IMAGE), -np.abs(IMAGE)):
        np.testing.assert_array_equal(net.run({'#0': image})['#0'], image * 2 if image.sum() > 0 else image)


@pytest.mark.parametrize('function', [
    lambda x, c: x, lambda x, c: c[1:], lambda x, c: x.transpose(2, 3), lambda x, c: x[:, :1],
], ids=['input', 'constant', 'transposed input', 'part of the input'])
def test_outputs_are_memory_of_their_own(function):
    net = _net(_file(function))
    image = IMAGE.copy()
    first = net.run({'#0': image})['#0']
    expected = function(torch.from_numpy(IMAGE), torch.ones(3)).numpy()
    np.testing.assert_array_equal(first, expected)
    first[...] = 7
    np.testing.assert_array_equal(image, IMAGE)
    np.testing.assert_array_equal(net.run({'#0': image})['#0'], expected)


def test_one_tensor_twice_gives_two_outputs():
    net = _net(_file(lambda x, c: (x + 1, ) * 2))
    outputs = net.run({'#0': IMAGE})
    outputs['#0'][...] = 0
    np.testing.assert_array_equal(outputs['#1'], IMAGE + 1)


def test_outputs_that_are_no_tensors_are_refused():
    class Scripted(torch.nn.Module):

        def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
            return {'a': x}

    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(Scripted().eval()), buffer)
    with pytest.raises(RuntimeError, match=r'forward gives Dict\(str, Tensor\), supported: Tensor, Tuple'):
        _net(buffer.getvalue())
    net = _net(_file(lambda x, c: x, _describe('a', 'b')))
    with pytest.raises(RuntimeError, match='forward gives 1 tensors, the file promises 2'):
        net.run({'x': IMAGE})


@pytest.mark.parametrize('described, message', [
    ('{', r'<bytes>/mmdeploy\.json'), ('[]', 'expected an object'),
    ('{"inputs": []}', "required key missing: 'outputs'"),
    (_describe('y').replace('float32', 'float23', 1), "unknown element type 'float23'"),
], ids=['broken', 'array', 'incomplete', 'unknown type'])
def test_wrong_descriptions_are_refused(described, message):
    with pytest.raises(RuntimeError, match=message):
        _net(_file(lambda x, c: x, described))


def test_a_module_without_forward_is_refused():
    class Scripted(torch.nn.Module):

        @torch.jit.export
        def other(self, x: torch.Tensor) -> torch.Tensor:
            return x

    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(Scripted()), buffer)
    with pytest.raises(RuntimeError, match="the module has no method 'forward'"):
        _net(buffer.getvalue())


def test_optimisation_can_be_switched_off():
    content = _file(lambda x, c: torch.nn.functional.conv2d(x, torch.ones(2, 3, 3, 3)).relu())
    fast, plain = (_net(content, engine_options={'optimize_for_inference': value}) for value in ('1', '0'))
    np.testing.assert_allclose(fast.run({'#0': IMAGE})['#0'], plain.run({'#0': IMAGE})['#0'], atol=1e-5)
    with pytest.raises(RuntimeError, match="'optimize_for_inference' is 'yes', allowed: '0', '1'"):
        _net(content, engine_options={'optimize_for_inference': 'yes'})


def test_the_thread_count_of_pytorch_stays():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        _net(_file(lambda x, c: x + 1), num_threads=1).run({'#0': IMAGE})
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_there_is_nothing_to_convert():
    with pytest.raises(RuntimeError, match="set ir_config.type to 'torchscript' in the deploy config"):
        convert('torchscript', b'', 'net')


def test_wrapper(tmp_path):
    from mmdeploy.backend.torchscript import TorchscriptWrapper
    path = str(tmp_path / 'a.pt')
    Path(path).write_bytes(_file(lambda x, c: (x + 1, x * 2)))
    image = torch.from_numpy(IMAGE)
    by_name = TorchscriptWrapper(path, input_names=['input'], output_names=['a', 'b'])
    outputs = by_name({'input': image})
    assert torch.equal(outputs['a'], image + 1) and torch.equal(outputs['b'], image * 2)
    assert set(by_name(image)) == {'a', 'b'}  # several outputs with names
    plain = TorchscriptWrapper(path)([image])
    assert isinstance(plain, tuple) and torch.equal(plain[1], image * 2)
    with pytest.raises(ValueError, match='the wrapper needs input_names'):
        TorchscriptWrapper(path)({'input': image})
    with pytest.raises(ValueError, match='2 inputs given, the model takes 1'):
        TorchscriptWrapper(path)([image, image])
    module = torch.jit.load(path)
    assert torch.equal(TorchscriptWrapper(module, ['input'], ['a', 'b'])({'input': image})['b'], image * 2)
    Path(path).write_bytes(_file(lambda x, c: x + 1))
    assert torch.equal(TorchscriptWrapper(path, output_names=['a'])(image), image + 1)


def test_manager_wants_what_pytorch_traced():
    from mmdeploy.backend.base import get_backend_manager
    manager = get_backend_manager(Backend.TORCHSCRIPT)
    with pytest.raises(ValueError, match="ir_config.type is 'onnx', the backend torchscript needs 'torchscript'"):
        manager.to_backend(['a.onnx'], '', dict(onnx_config=dict(type='onnx')), 'cpu')
    with pytest.raises(RuntimeError, match='nowhere'):
        manager.build_wrapper(['nowhere.pt'], 'cpu')


@pytest.mark.parametrize('count', [1, 2, (3, 1)])
def test_adaptive_pooling_of_every_size(count):
    """The fused layer would take multiples of the number of bins only."""
    weight = torch.rand(2, 3, 3, 3, generator=torch.Generator().manual_seed(0))

    def function(x, _=None):
        return torch.nn.functional.adaptive_avg_pool2d(torch.conv2d(x, weight, padding=1), count)

    net = Net(_file(function), 'torchscript', trusted=True)
    for height, width in ((8, 8), (7, 9), (1, 5)):
        image = np.random.default_rng(1).normal(size=(2, 3, height, width)).astype('f4')
        found = net({net.inputs[0].name: image})[net.outputs[0].name]
        np.testing.assert_allclose(found, function(torch.from_numpy(image)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize('name', ['hardtanh', 'relu6', 'hardswish', 'hardsigmoid'])
def test_what_pytorch_optimises_wrongly_stays_as_it_is(name):
    """With 8 channels, which do not fill a block of MKL-DNN."""
    torch.manual_seed(0)
    first, second = torch.randn(8, 3, 3, 3), torch.randn(8, 1, 3, 3)
    activate = getattr(torch.nn.functional, name)

    def function(x, _):
        x = activate(torch.nn.functional.conv2d(x, first, stride=2, padding=1))
        return activate(torch.nn.functional.conv2d(x, second, padding=1, groups=8))

    found = _net(_file(function)).run({'#0': IMAGE})['#0']
    np.testing.assert_allclose(found, function(torch.from_numpy(IMAGE), None).numpy(), atol=1e-5)
