"""Tests of marks, and of cutting a model at them."""
import io

import onnx
import pytest
import torch
from torch import nn

from mmdeploy.apis.onnx import extract_partition
from mmdeploy.core import RewriterContext, attribute_to_dict, mark, reset_mark_function_count
from mmdeploy.core.optimizers.extractor import parse_extractor_io_string
from mmdeploy.utils import IR


@mark('add', outputs='z')
def _add(x, y):
    return torch.add(x, y)


class _Module(nn.Module):

    def __init__(self, func):
        super().__init__()
        self.func = func

    def forward(self, *args):
        return self.func(*args)


def _export(func=_add, inputs=2):
    reset_mark_function_count()
    buffer = io.BytesIO()
    args = tuple(torch.rand(2, 3) for _ in range(inputs))
    torch.onnx.export(
        _Module(func), args, buffer, opset_version=11, input_names=['a', 'b'],
        output_names=['out'])
    return onnx.load_from_string(buffer.getvalue())


def _marks(model):
    return [
        attribute_to_dict(node.attribute) for node in model.graph.node
        if node.op_type == 'Mark'
    ]


def test_nodes_and_attributes():
    model = _export()
    assert [n.op_type for n in model.graph.node] == [
        'Mark', 'Mark', 'Add', 'Mark'
    ]
    assert _marks(model)[1] == dict(
        dtype=1, shape=[2, 3], func='add', func_id=0, type='input', name='y',
        id=1)
    assert _marks(model)[2]['name'] == 'z'
    assert _marks(model)[2]['type'] == 'output'
    assert model.graph.node[0].domain == 'mmdeploy'


def test_context_decides():
    with RewriterContext({}):
        assert _marks(_export()) == []
    with RewriterContext(dict(partition_config=dict(apply_marks=False))):
        assert _marks(_export()) == []
    with RewriterContext(dict(partition_config=dict(apply_marks=True))):
        assert len(_marks(_export())) == 3
    with RewriterContext(None, ir=IR.TORCHSCRIPT):
        traced = torch.jit.trace(_add, (torch.ones(1), torch.ones(1)))
        assert traced(torch.ones(1), torch.ones(1)).item() == 2


def test_calls_are_counted_and_names_nest():

    @mark('nest', inputs=['feats'], outputs=['out'], scale_f=0.5)
    def nest(ctx, feats):
        return [{'k': feats[0] + 1, 'l': [feats[1]]}]

    def twice(a, b):
        first = nest(None, (a, b))[0]
        second = nest(None, (first['k'], first['l'][0]))[0]
        return second['k'] + second['l'][0]

    marks = _marks(_export(twice))
    assert {m['func_id'] for m in marks} == {0, 1}
    assert [m['name'] for m in marks if m['func_id'] == 0] == [
        'feats.0', 'feats.1', 'out.k', 'out.l.0'
    ]
    assert marks[0]['scale'] == 0.5


def test_too_few_names():

    @mark('two', outputs=['only'])
    def two(a, b):
        return a, b

    with pytest.raises(IndexError, match=r"mark\(\) got the names \['only'\]"):
        two(torch.ones(1), torch.ones(1))


def test_metadata_and_value_are_kept():
    assert _add.__name__ == '_add'
    assert _add(torch.ones(1), torch.ones(1)).item() == 2


def test_extract():
    part = extract_partition(_export(), 'add:input', 'add:output')
    assert [v.name for v in part.graph.input] == ['x', 'y']
    assert [v.name for v in part.graph.output] == ['z']
    assert [n.op_type for n in part.graph.node] == ['Add']
    onnx.checker.check_model(part)


def test_extract_renames_and_makes_axes_dynamic(tmp_path):
    path = str(tmp_path / 'part.onnx')
    part = extract_partition(
        _export(), ['add:input'], ['add:output'],
        start_name_map={'x': 'left', 'add:input:y': 'right'},
        dynamic_axes={'left': {0: 'batch'}}, save_file=path)
    assert [v.name for v in part.graph.input] == ['left', 'right']
    dims = part.graph.input[0].type.tensor_type.shape.dim
    assert dims[0].dim_param == 'batch' and dims[1].dim_value == 3
    assert part.graph.output[0].type.tensor_type.shape.dim[
        1].dim_param == 'dim_1'
    assert onnx.load(path) == part
    assert [p.name for p in tmp_path.iterdir()] == ['part.onnx']


def test_marks_without_a_name_count_for_themselves():

    @mark()
    def double(x):
        return x * 2

    @mark()
    def increment(x):
        return x + 1

    model = _export(lambda a, b: increment(double(increment(a))) + b)
    found = [(m['func'], m['func_id']) for m in _marks(model) if m['type'] == 'input']
    assert found == [('increment', 0), ('double', 0), ('increment', 1)]


def test_equal_names_of_several_starts_stay_apart():
    model = _export(lambda a, b: _add(a, b) - _add(a * 2, b))
    part = extract_partition(model, ['add:input', 'add[1]:input'], ['add:output', 'add[1]:output'])
    assert [v.name for v in part.graph.input] == ['x', 'y', 'x_1', 'y_1']
    assert [v.name for v in part.graph.output] == ['z', 'z_1']
    with pytest.raises(ValueError, match="two inputs would have the name 'same'"):
        extract_partition(model, ['add:input', 'add[1]:input'], 'add:output', start_name_map=dict(x='same'))


def test_extract_names_the_marks_there_are():
    with pytest.raises(
            ValueError,
            match=r"no mark 'sub:input', available: 'add\[0\]:input', "
            r"'add\[0\]:output'"):
        extract_partition(_export(), 'sub:input', 'add:output')


def test_parse_marker():
    assert parse_extractor_io_string('a_b[3]:input') == ('a_b', 3, 'input')
    assert parse_extractor_io_string('f:output') == ('f', 0, 'output')
    with pytest.raises(AssertionError, match="marker is 'f:middle'"):
        parse_extractor_io_string('f:middle')


class _Marked(nn.Module):

    def forward(self, x):
        return _add(_add(x, x * 2), x)


def _calibrate(folder, partitions):
    """Return the calibration data of two samples, by their paths in the file."""
    import h5py
    from torch.utils.data import DataLoader

    from mmdeploy.apis.utils import create_calib_input_data
    cfg = dict(partition_config=dict(apply_marks=True, type='toy', partition_cfg=partitions))
    data = DataLoader(torch.arange(6.).reshape(2, 3), batch_size=1)
    path = str(folder / 'calib.h5')
    create_calib_input_data(path, _Marked(), data, model_partition=True, context_info=dict(cfg=cfg))
    with h5py.File(path) as file:
        found = {}
        file.visititems(lambda name, item: found.update(
            {name: item[()].tolist()} if hasattr(item, 'dtype') else {}))
    return found


def test_calibration_data_of_several_starts_with_equal_names(tmp_path):
    starts = ['add[1]:input', 'add:input']
    found = _calibrate(tmp_path, [dict(start=starts, end='add[1]:output')])
    first = {name: value for name, value in found.items() if name.endswith('/0')}
    assert first == {
        'calib_data/partition0/x/0': [[0, 3, 6]],
        'calib_data/partition0/y/0': [[0, 1, 2]],
        'calib_data/partition0/x_1/0': [[0, 1, 2]],
        'calib_data/partition0/y_1/0': [[0, 2, 4]],
    }
    marked = _Marked()
    part = extract_partition(_export(lambda a, b: marked(a) + b), starts, 'add[1]:output')
    assert {value.name for value in part.graph.input} <= {name.split('/')[2] for name in found}


def test_calibration_data_of_partitions(tmp_path):
    found = _calibrate(tmp_path, [dict(start='add:input', end='add:output'),
                                  dict(start=['add[1]:input', 'add[1]:output'], end=[])])
    assert found == {
        'calib_data/partition0/x/0': [[0, 1, 2]],
        'calib_data/partition0/y/0': [[0, 2, 4]],
        'calib_data/partition1/x/0': [[0, 3, 6]],
        'calib_data/partition1/y/0': [[0, 1, 2]],
        'calib_data/partition1/z/0': [[0, 4, 8]],
        'calib_data/partition0/x/1': [[3, 4, 5]],
        'calib_data/partition0/y/1': [[6, 8, 10]],
        'calib_data/partition1/x/1': [[9, 12, 15]],
        'calib_data/partition1/y/1': [[3, 4, 5]],
        'calib_data/partition1/z/1': [[12, 16, 20]],
    }
