_base_ = ['./pose-detection_dynamic.py', '../_base_/backends/onnxruntime.py']
