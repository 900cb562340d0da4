_base_ = ['./text-detection_static.py', '../../_base_/backends/ncnn.py']
