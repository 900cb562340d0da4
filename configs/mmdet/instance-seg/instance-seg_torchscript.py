_base_ = ['../_base_/base_instance-seg_torchscript.py', '../../_base_/backends/torchscript.py']
