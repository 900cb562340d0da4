_base_ = ['../_base_/base_tensorrt-fp16_dynamic-300x300-512x512.py']
