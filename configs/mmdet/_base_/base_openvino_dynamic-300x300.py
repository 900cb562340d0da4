_base_ = ['./base_dynamic.py', '../../_base_/backends/openvino.py']

backend_config = dict(model_inputs=[dict(opt_shapes=dict(input=[1, 3, 300, 300]))])
