_base_ = ['../_base_/base_torchscript.py', '../../_base_/backends/torchscript.py']
