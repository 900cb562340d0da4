_base_ = ['../_base_/base_instance-seg_dynamic.py', '../../_base_/backends/pplnn.py']

backend_config = dict(model_inputs=dict(opt_shape=[1, 3, 800, 1344]))
