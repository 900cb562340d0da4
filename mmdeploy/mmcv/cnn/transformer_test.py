"""Attention of mmcv."""
import pytest
import torch
from mmcv.cnn.bricks.transformer import MultiheadAttention

from mmdeploy.core import RewriterContext
from mmdeploy.pytorch.testing import find_node
from mmdeploy.utils.validate import export_graph


def _attention(**options):
    torch.manual_seed(0)
    attention = MultiheadAttention(8, 2, **dict(dict(batch_first=True), **options)).eval()
    for parameter in attention.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return attention


def test_same_values():
    attention, x = _attention(), torch.rand(2, 5, 8)
    expected = attention(x)
    with RewriterContext({}, 'ncnn'):
        torch.testing.assert_close(attention(x), expected)
        torch.testing.assert_close(attention(x, x, x), expected)


@pytest.mark.parametrize('names', [('query_pos', ), ('key_pos', ), ('query_pos', 'key_pos')])
def test_positions_are_not_added_to_values(names):
    attention, x = _attention(), torch.rand(2, 5, 8)
    positions = {name: torch.rand(2, 5, 8) for name in names}
    expected = attention(x, **positions)
    with RewriterContext({}, 'ncnn'):
        torch.testing.assert_close(attention(x, **positions), expected)


def test_node():
    attention = _attention()
    model = export_graph(attention, (torch.rand(1, 5, 8), ), 'ncnn')
    node, attributes = find_node(model, 'mmdeploy::MultiHeadAttention')
    assert len(node.input) == 11
    assert attributes == dict(embed_dim=8, num_heads=2)


def test_refused():
    x = torch.rand(1, 5, 8)
    with RewriterContext({}, 'ncnn'):
        for arguments, message in (((x, x + 1), 'only support query==key==value'), ):
            with pytest.raises(AssertionError, match=message):
                _attention()(*arguments)
        with pytest.raises(AssertionError, match='batch'):
            _attention(batch_first=False)(x)
        with pytest.raises(AssertionError, match='masks'):
            _attention()(x, attn_mask=torch.zeros(5, 5))
