_base_ = ['./text-recognition_static.py', '../../_base_/backends/onnxruntime.py']
