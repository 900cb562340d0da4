_base_ = ['../../_base_/torchscript_config.py', '../../_base_/backends/torchscript.py']

ir_config = dict(input_names=['input'], output_names=['output'])
codebase_config = dict(type='mmedit', task='SuperResolution')
