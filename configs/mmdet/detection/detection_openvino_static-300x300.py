_base_ = ['../_base_/base_static.py', '../../_base_/backends/openvino.py']

onnx_config = dict(input_shape=[300, 300])
backend_config = dict(model_inputs=[dict(opt_shapes=dict(input=[1, 3, 300, 300]))])
