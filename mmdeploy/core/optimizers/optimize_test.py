"""Tests of the small edits of ONNX models."""
from onnx import TensorProto, helper

from mmdeploy.core import attribute_to_dict, get_new_name, remove_identity, rename_value
from mmdeploy.core.optimizers.optimize import is_unused_mark


def _model(nodes):
    value = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, 'g',
                              [value('in', TensorProto.FLOAT, [1])],
                              [value('out', TensorProto.FLOAT, [1])])
    return helper.make_model(graph)


def test_attributes():
    node = helper.make_node('X', [], [], s='text', i=3, f=0.5, l=[1, 2])
    assert attribute_to_dict(node.attribute) == dict(
        s='text', i=3, f=0.5, l=[1, 2])


def test_remove_identity_keeps_names_of_inputs_and_outputs():
    make = helper.make_node
    model = _model([
        make('Identity', ['in'], ['a']),
        make('Relu', ['a'], ['b']),
        make('Identity', ['b'], ['c']),
        make('Relu', ['c'], ['d']),
        make('Identity', ['d'], ['out'])
    ])
    remove_identity(model)
    assert [(n.op_type, *n.input, *n.output) for n in model.graph.node] == [
        ('Relu', 'in', 'b'), ('Relu', 'b', 'out')
    ]


def test_identity_between_input_and_output_stays():
    model = _model([helper.make_node('Identity', ['in'], ['out'])])
    remove_identity(model)
    assert [n.op_type for n in model.graph.node] == ['Identity']


def test_rename_value():
    model = _model([helper.make_node('Relu', ['in'], ['out'])])
    rename_value(model, 'in', 'image')
    assert model.graph.input[0].name == 'image'
    assert model.graph.node[0].input[0] == 'image'


def test_get_new_name():
    attrs = dict(name='x', func='f', type='input', id=0)
    assert get_new_name(attrs) == 'x'
    assert get_new_name(attrs, 'f:input', {'x': 'y'}) == 'y'
    assert get_new_name(attrs, 'f:input', {'f:input:x': 'z'}) == 'z'
    del attrs['name']
    assert get_new_name(attrs) == 'f_input_0'


def test_is_unused_mark():
    node = helper.make_node('Mark', ['a'], ['b'], func='f', type='input')
    assert is_unused_mark(['g:input'])(node)
    assert not is_unused_mark(['f:input'])(node)
