_base_ = ['../_base_/base_tensorrt_static-300x300.py']
