_base_ = ['./text-detection_dynamic.py', '../../_base_/backends/onnxruntime.py']
