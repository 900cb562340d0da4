_base_ = ['../_base_/base_openvino_dynamic-300x300.py']
