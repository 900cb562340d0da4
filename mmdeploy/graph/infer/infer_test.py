"""Types against the outputs of ONNX's own operator tests, and against what ONNX infers."""
import contextlib
import io
import math
import re
import warnings

import numpy as np
import onnx
import pytest
import torch
import torchvision
from onnx import shape_inference

from mmdeploy.graph import load, to_onnx
from mmdeploy.graph.infer.operator_cases import Case, onnx_cases, opset_cases

# What symbolic dimensions are written with.
FUNCTIONS = dict(
    max=max,
    min=min,
    div=lambda a, b: a // b,
    trunc=lambda a, b: int(a / b),
    scaled=lambda a, b: math.floor(np.float32(a) * np.float32(b)))


def infer(model: onnx.ModelProto) -> onnx.ModelProto:
    ours = load(model)
    ours.infer()
    return to_onnx(ours)


def dims_of(value: onnx.ValueInfoProto) -> list | None:
    """Numbers and symbols; None if the rank is not known."""
    tensor = value.type.tensor_type
    if not tensor.HasField('shape'):
        return None
    return [dim.dim_value if dim.HasField('dim_value') else dim.dim_param or None for dim in tensor.shape.dim]


def without_output_shapes(model: onnx.ModelProto) -> onnx.ModelProto:
    copy = onnx.ModelProto.FromString(model.SerializeToString())
    for output in copy.graph.output:
        if output.type.HasField('tensor_type'):
            output.type.tensor_type.ClearField('shape')
    return copy


def contradicts(dims: list | None, shape: tuple) -> bool:
    if dims is None:
        return False
    return len(dims) != len(shape) or any(isinstance(a, int) and a != b for a, b in zip(dims, shape, strict=True))


def is_less(ours: list | None, theirs: list | None) -> bool:
    """Whether they know a rank or a number that we do not."""
    if ours is None or theirs is None:
        return theirs is not None
    return any(isinstance(b, int) and not isinstance(a, int) for a, b in zip(ours, theirs, strict=True))


@pytest.fixture(scope='module')
def cases() -> list[Case]:
    return list(onnx_cases())


def test_types_hold_and_are_as_precise_as_those_of_onnx(cases):
    wrong, compared = [], 0
    for case in cases:
        model = without_output_shapes(case.model)
        try:
            reference = shape_inference.infer_shapes(model, data_prop=True)
        except Exception:  # newer operators than the package's own rules
            reference = model
        outputs = zip(infer(model).graph.output, reference.graph.output, case.outputs, strict=True)
        for ours, theirs, array in outputs:
            compared += 1
            if contradicts(dims_of(ours), array.shape):
                wrong.append((case.name, dims_of(ours), array.shape))
            if case.has_rule and is_less(dims_of(ours), dims_of(theirs)):
                wrong.append((case.name, dims_of(ours), dims_of(theirs)))
    # Scan of version 8 has a batch dimension of its own; nothing exports it.
    assert [row for row in wrong if row[0] != 'test_scan_sum'] == []
    assert compared > 1700


def test_symbols_stand_for_the_right_sizes(cases):
    wrong, compared = [], 0
    for case in cases:
        if not case.has_rule:
            continue
        model, sizes = with_symbols(case)
        for output, array in zip(infer(model).graph.output, case.outputs, strict=True):
            for dim, size in zip(dims_of(output) or [], array.shape, strict=False):
                names = set(re.findall(r'[A-Za-z]\w*', str(dim))) - set(FUNCTIONS)
                if not names <= set(sizes):
                    continue  # known at run time only
                compared += 1
                if eval(str(dim).replace('/', '//'), FUNCTIONS, sizes) != size:
                    wrong.append((case.name, dims_of(output), array.shape))
    assert wrong == []
    assert compared > 2300


def with_symbols(case: Case) -> tuple[onnx.ModelProto, dict[str, int]]:
    """Put a symbol in place of every size; small inputs become constants, as in exported models."""
    model, sizes = without_output_shapes(case.model), {}
    for k, (value, array) in enumerate(zip(list(model.graph.input), case.inputs, strict=True)):
        if k > 0 and array.ndim <= 1 and array.size <= 16:
            model.graph.initializer.append(onnx.numpy_helper.from_array(array, value.name))
            model.graph.input.remove(value)
        elif array.ndim > 1 or array.dtype.kind == 'f':
            for i, dim in enumerate(value.type.tensor_type.shape.dim):
                sizes[f's{k}x{i}'] = dim.dim_value
                dim.dim_param = f's{k}x{i}'
    return model, sizes


@pytest.mark.parametrize('opset', [7, 9, 10, 11, 12, 13, 15, 18, 21])
def test_types_of_every_version_are_what_the_engine_gives(opset):
    compared = 0
    for case in opset_cases(opset):
        output = infer(case.model).graph.output[0]
        dims = dims_of(output)
        if 'NonZero' in case.name:
            dims[1] = case.outputs[0].shape[1]  # known at run time only
        assert dims == list(case.outputs[0].shape), (case.name, opset)
        assert output.type.tensor_type.elem_type == onnx.helper.np_dtype_to_tensor_dtype(case.outputs[0].dtype)
        compared += 1
    assert compared > 30


ODD_NUMBERS = [0, 1, -1, 7, 65, 2**31, -2**31, 2**62, 2**63 - 1, -2**63]


def damage(case: Case, random: np.random.RandomState) -> onnx.ModelProto:
    """Put odd numbers, or a value of another type, in place of attributes, sizes and constants."""
    model = without_output_shapes(case.model)
    for value, array in list(zip(model.graph.input, case.inputs, strict=True)):
        if array.dtype == np.int64 and array.size and random.rand() < 0.7:
            damaged = array.copy()
            damaged.flat[random.randint(array.size)] = ODD_NUMBERS[random.randint(len(ODD_NUMBERS))]
            model.graph.initializer.append(onnx.numpy_helper.from_array(damaged, value.name))
            model.graph.input.remove(value)
        elif array.ndim and random.rand() < 0.2:
            value.type.tensor_type.shape.dim[random.randint(array.ndim)].dim_value = 2**62
    for node in model.graph.node:
        for attribute in node.attribute:
            number = ODD_NUMBERS[random.randint(len(ODD_NUMBERS))]
            if random.rand() < 0.1:
                attribute.CopyFrom(onnx.helper.make_attribute(attribute.name, [1.5, 2.5]))
            elif attribute.type == onnx.AttributeProto.INT and random.rand() < 0.5:
                attribute.i = number
            elif attribute.ints and random.rand() < 0.5:
                attribute.ints[random.randint(len(attribute.ints))] = number
    return model


def test_damaged_models_are_errors_and_never_crash(cases):
    random = np.random.RandomState(0)
    errors = 0
    for case in cases:
        model = damage(case, random)
        try:
            infer(model)
        except ValueError as error:
            assert str(error).startswith('node '), error
            errors += 1
        with contextlib.suppress(ValueError):
            load(model).optimize(only=['fold_constants'])
    assert errors > 100


def export(model: torch.nn.Module, size: int, opset: int) -> onnx.ModelProto:
    """Export with symbolic sizes, without the exporter's own types."""
    file = io.BytesIO()
    axes = {'x': {0: 'batch', 2: 'height', 3: 'width'}}
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        torch.onnx.export(
            model.eval(), torch.rand(1, 3, size, size), file, input_names=['x'], dynamic_axes=axes, opset_version=opset)
    exported = without_output_shapes(onnx.load_from_string(file.getvalue()))
    del exported.graph.value_info[:]
    return exported


def types_of_nodes(model: onnx.ModelProto) -> dict[str, list | None]:
    """The dimensions of all tensors that nodes of the outer graph make."""
    values = {value.name: value for value in [*model.graph.value_info, *model.graph.output]}
    names = [name for node in model.graph.node for name in node.output if name]
    assert set(names) <= set(values)
    return {name: dims_of(values[name]) for name in names if values[name].type.HasField('tensor_type')}


@pytest.mark.parametrize('opset', [11, 16])
@pytest.mark.parametrize('name', ['resnet18', 'mobilenet_v3_small', 'shufflenet_v2_x0_5', 'squeezenet1_1'])
def test_dynamic_classifiers_are_known_throughout(name, opset):
    inferred = infer(export(getattr(torchvision.models, name)(), 64, opset))
    types = types_of_nodes(inferred)
    assert None not in types.values()
    symbols = set(re.findall(r'[A-Za-z_]\w*', str([dim for dims in types.values() for dim in dims if dim])))
    assert symbols <= {'batch', 'height', 'width', 'min', 'max'}
    assert dims_of(inferred.graph.output[0]) == ['batch', 1000]


def test_dynamic_segmentation_keeps_the_size_of_the_image():
    model = torchvision.models.segmentation.lraspp_mobilenet_v3_large(weights=None, weights_backbone=None)
    inferred = infer(export(model, 64, 13))
    assert None not in types_of_nodes(inferred).values()
    assert dims_of(inferred.graph.output[0]) == ['batch', 21, 'height', 'width']


def test_dynamic_detection_knows_all_ranks():
    model = torchvision.models.detection.fasterrcnn_mobilenet_v3_large_320_fpn(weights=None, weights_backbone=None)
    inferred = infer(export(model, 128, 11))
    types = types_of_nodes(inferred)
    assert [name for name, dims in types.items() if dims is None] == []
    boxes, labels, scores = [dims_of(output) for output in inferred.graph.output]
    assert boxes == [labels[0], 4] and labels == scores
