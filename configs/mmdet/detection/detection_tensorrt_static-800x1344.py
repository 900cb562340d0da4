_base_ = ['../_base_/base_tensorrt_static-800x1344.py']
