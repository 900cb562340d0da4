_base_ = ['./text-recognition_dynamic.py', '../../_base_/backends/onnxruntime.py']
