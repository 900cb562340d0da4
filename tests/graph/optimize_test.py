"""Optimised graphs give what their originals give; the large models are in `optimize.py`."""
import pytest

from mmdeploy import graph
from tests.graph import models
from tests.graph.optimize import MAX_DIFFERENCE, prove

# The passes that a model is there for.
EXPECTED = {
    'scaled_convs-11': {
        'fold_constants', 'fuse_conv_batch_norm', 'fuse_conv_scale', 'merge_clips', 'merge_pads',
        'flatten_cls_head'
    },
    'shape_arithmetic-11': {'merge_shapes', 'simplify_shape_params', 'common_subexpression_elimination'},
    'select_assign': {'fuse_select_assign'},
    'transformer-13': {'merge_shapes', 'remove_identity'},
}


@pytest.mark.parametrize('name', models.QUICK)
def test_same_outputs(name, tmp_path):
    report = prove(models.QUICK[name], str(tmp_path))
    assert report.difference <= MAX_DIFFERENCE
    assert report.changes_again == {}
    assert report.nodes < report.nodes_before
    assert EXPECTED.get(name, set()) <= set(report.changes)


def test_select_assign_becomes_where(tmp_path):
    path = str(tmp_path / 'model.onnx')
    models.export(models.QUICK['select_assign'], path)
    model = graph.load(path)
    model.optimize()
    assert model.num_nodes == 2  # Less, Where


def test_only_and_skip_name_passes(tmp_path):
    path = str(tmp_path / 'model.onnx')
    models.export(models.QUICK['branches'], path)
    with pytest.raises(ValueError, match="only: there is no pass 'inline_iff'.*did you mean 'inline_if'"):
        graph.load(path).optimize(only=['inline_iff'])
    with pytest.raises(ValueError, match="skip: there is no pass 'merge_clip'.*did you mean 'merge_clips'"):
        graph.load(path).optimize(skip=['merge_clip'])
