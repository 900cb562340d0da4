_base_ = ['./classification_dynamic.py', '../_base_/backends/ncnn-fp16.py']
