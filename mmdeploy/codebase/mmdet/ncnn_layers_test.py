"""Layers of ncnn as PyTorch computes them: what ncnn computes."""
import sys
from pathlib import Path

import pytest
import torch

from mmdeploy.codebase.mmdet.core import ncnn_detection_output_forward, ncnn_prior_box_forward
from mmdeploy.pytorch.testing import find_node
from mmdeploy.utils import Backend
from mmdeploy.utils.test import backend_checker
from mmdeploy.utils.validate import export_graph

sys.path.append(str(Path(__file__).resolve().parents[3] / 'build' / 'lib'))
PRIORS = dict(aspect_ratios=[2.0], image_height=48, image_width=64, step_height=16.0, step_width=16.0,
              max_sizes=[40.0], min_sizes=[20.0])


def priors(feat):
    return ncnn_prior_box_forward(feat, *PRIORS.values())


def selected(loc, conf, feat):
    return ncnn_detection_output_forward(loc, conf, priors(feat).unsqueeze(0), 0.3, 0.45, 20, 10, 3)


def inputs():
    random = torch.Generator().manual_seed(0)
    count = 4 * 3 * 4  # of each cell: two squares, and a ratio in both directions
    loc = torch.randn(1, 1, 4 * count, generator=random)
    conf = torch.rand(1, count, 3, generator=random).softmax(-1).reshape(1, 1, -1) * 1.2
    return loc, conf, torch.rand(1, 2, 3, 4, generator=random)


def test_nodes():
    _, attributes = find_node(export_graph(selected, inputs()), 'mmdeploy::DetectionOutput')
    assert attributes['num_class'] == 3 and attributes['vars'] == pytest.approx([0.1, 0.1, 0.2, 0.2])
    _, attributes = find_node(export_graph(lambda f: priors(f) * 1, (inputs()[2], )), 'mmdeploy::PriorBox')
    assert attributes['min_sizes'] == [20] and attributes['step_mmdetection'] == 1


def test_nothing_is_found():
    loc, conf, feat = inputs()
    assert selected(loc, conf * 0, feat).shape == (1, 0, 6)


@backend_checker(Backend.NCNN)
def test_ncnn_computes_the_same(tmp_path):
    from mmdeploy_python import Net, convert
    values = inputs()
    names = ['loc', 'conf', 'feat']
    model = export_graph(selected, values, 'ncnn', input_names=names, output_names=['rows'])
    files = convert('ncnn', model.SerializeToString(), tmp_path / 'm',
                    inputs={name: ([], list(x.shape), []) for name, x in zip(names, values, strict=True)})
    net = Net(files[0], 'ncnn', weights=files[1])
    found = net.run({name: x.numpy() for name, x in zip(names, values, strict=True)})['rows']
    expected = selected(*values)
    assert expected.shape[1] > 3
    torch.testing.assert_close(torch.from_numpy(found).reshape(expected.shape), expected, rtol=1e-4, atol=1e-4)
