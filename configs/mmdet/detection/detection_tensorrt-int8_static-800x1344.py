_base_ = ['../_base_/base_tensorrt-int8_static-800x1344.py']
