"""Tests of the comparison of engines; the measurements themselves are not repeated here."""
from benchmarks.compare_engines import draw, find_configs, print_tables


def test_one_config_per_engine_and_precision():
    found = find_configs(None)
    assert found['onnxruntime'].stem == 'classification_onnxruntime_dynamic'
    assert {'openvino', 'openvino-fp16', 'torchscript'} <= set(found)
    assert 'sdk' not in found and list(find_configs(['torchscript'])) == ['torchscript']


def test_tables_and_chart(tmp_path, capsys):
    times = dict(mean=2.0, median=2.5, min=1.0, max=3.0, count=9, fps=400.0)
    row = dict(precision='float32', load_ms=12.3, memory_mb=45.6, top1=0.975, same_label=1.0, parity=1e-6,
               batches={'1': times, '8': dict(error='batch is 8, allowed: 1')},
               callers={'1x1': 10.0, '2x1': 19.0, '1x2': 15.0, '2x2': 20.0})
    print_tables(dict(ncnn=row), [1, 8])
    out = capsys.readouterr().out
    assert '97.50%' in out and '400.0' in out and '1.90' in out
    assert 'ncnn, batch 8: batch is 8, allowed: 1' in out
    draw(dict(ncnn=row), [1, 8], tmp_path / 'engines.png')
    assert (tmp_path / 'engines.png').read_bytes()[:4] == b'\x89PNG'
