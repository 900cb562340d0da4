"""The libraries of custom operators in programs that know nothing of mmdeploy: onnxruntime and torch for Python."""
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from mmdeploy import op
from tests.conformance.op_cases import OpNetwork, all_cases

LIB = Path(__file__).resolve().parents[2] / 'build' / 'lib'
# One case of each operator.
CASES = {case.op: case for case in all_cases()}


def _session(content: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.register_custom_ops_library(str(LIB / 'libmmdeploy_onnxruntime_ops.so'))
    return onnxruntime.InferenceSession(content, options)


@pytest.mark.parametrize('name', CASES)
def test_onnxruntime(name):
    network = OpNetwork(CASES[name])
    CASES[name].check(_session(network.onnx()).run(None, network.named_inputs))


def _change(name: str, **attributes) -> bytes:
    """The network of a case with other attributes."""
    case = CASES[name]
    return OpNetwork(type(case)(case.op, 'changed', case.inputs, {**case.attributes, **attributes},
                                case.expected)).onnx()


@pytest.mark.parametrize('attributes, message', [
    (dict(padding_mode=7), "operator 'mmdeploy::grid_sampler': attribute 'padding_mode' is 7, allowed: 0 to 2"),
    (dict(padding_mode='zeros'), "attribute 'padding_mode' is a string, expected an integer"),
    (dict(align_corners=[1]), "attribute 'align_corners' is a list of integers, expected an integer"),
])
def test_onnxruntime_refuses_wrong_attributes_when_it_makes_a_session(attributes, message):
    with pytest.raises(Exception, match=message):
        _session(_change('mmdeploy::grid_sampler', **attributes))


@pytest.mark.parametrize('inputs, message', [
    ([(1, 2, 3), (1, 2, 2, 2)], "'mmdeploy::grid_sampler': input 0 has shape 1x2x3"),
    ([(1, 2, 3, 3), (2, 2, 2, 2)], 'expected the same N'),
    ([(1, 2, 3, 3), (1, 2, 2, 5)], 'expected 2 for dimension 3'),
])
def test_onnxruntime_refuses_wrong_shapes_when_it_makes_a_session(inputs, message):
    case = CASES['mmdeploy::grid_sampler']
    arrays = [np.zeros(shape, 'f4') for shape in inputs]
    wrong = type(case)(case.op, 'wrong', arrays, case.attributes, case.expected)
    with pytest.raises(Exception, match=message):
        _session(OpNetwork(wrong).onnx())


def test_onnxruntime_refuses_wrong_types():
    case = CASES['mmdeploy::grid_sampler']
    wrong = type(case)(case.op, 'wrong', [x.astype('f8') for x in case.inputs], case.attributes, case.expected)
    with pytest.raises(Exception, match='tensor\\(double\\).*grid_sampler'):
        _session(OpNetwork(wrong).onnx())


# A fresh process: nothing but torch and the library.
_TORCH = '''
import json, sys, torch
torch.ops.load_library(sys.argv[1])
torch.ops.load_library(sys.argv[1])  # twice is harmless
tensors, attributes = torch.load(sys.argv[2])
call = torch.ops.mmdeploy.MMCVModulatedDeformConv2d
image, offset, mask, weight, bias = tensors
general = call(*tensors, **attributes)
pairs = [attributes[key] for key in ('stride', 'padding', 'dilation')]
documented = torch.ops.mmdeploy.modulated_deform_conv(
    image, weight, bias, offset, mask, *weight.shape[2:], *(n for pair in pairs for n in pair), attributes['groups'],
    attributes['deform_groups'], True)
print(json.dumps([general.flatten().tolist(), documented.flatten().tolist()]))
try:
    call(image, offset[:, :2], mask, weight, bias, **attributes)
except RuntimeError as error:
    print(str(error).splitlines()[0])
'''


def test_torch(tmp_path):
    case = CASES['mmdeploy::MMCVModulatedDeformConv2d']
    torch.save(([torch.from_numpy(x) for x in case.inputs], case.attributes), tmp_path / 'call.pt')
    ran = subprocess.run(
        [sys.executable, '-c', _TORCH, LIB / 'libmmdeploy_torchscript_ops.so', tmp_path / 'call.pt'],
        capture_output=True, text=True, check=True)
    results, error = ran.stdout.splitlines()
    for result in json.loads(results):
        case.check([np.array(result, 'f4').reshape(case.expected[0].shape)])
    assert error.startswith("operator 'mmdeploy::MMCVModulatedDeformConv2d': ")


def test_torch_knows_every_operator():
    torch.ops.load_library(str(LIB / 'libmmdeploy_torchscript_ops.so'))
    for declared in op.declarations():
        domain, _, kind = declared['names'][0].partition('::')
        if domain == 'mmdeploy':
            assert getattr(torch.ops.mmdeploy, kind)


def test_ncnn(tmp_path):
    from mmdeploy_python import convert
    case = next(c for c in all_cases() if c.id == 'TRTInstanceNormalization-image')
    param, weights = convert('ncnn', OpNetwork(case).onnx(constant_inputs=True), tmp_path / 'net')
    image = case.inputs[0]
    text = ' '.join(map(str, [*image.shape[1:], *image.ravel().tolist()]))
    ran = subprocess.run([LIB.parent / 'bin' / 'ncnn_program', param, weights], input=text, capture_output=True,
                         text=True, check=True)
    case.check([np.array(ran.stdout.split(), 'f4').reshape(case.expected[0].shape)])
