_base_ = ['./text-recognition_static.py', '../../_base_/backends/ncnn.py']
