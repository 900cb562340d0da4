_base_ = ['./text-recognition_dynamic.py', '../../_base_/backends/openvino.py']

backend_config = dict(model_inputs=[dict(opt_shapes=dict(input=[1, 1, 32, 100]))])
