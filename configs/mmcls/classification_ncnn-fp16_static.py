_base_ = ['./classification_static.py', '../_base_/backends/ncnn-fp16.py']
