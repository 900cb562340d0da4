_base_ = ['../../_base_/torchscript_config.py', '../../_base_/backends/torchscript.py']

codebase_config = dict(type='mmocr', task='TextDetection')
