_base_ = ['../_base_/base_openvino_dynamic-800x1344.py']
