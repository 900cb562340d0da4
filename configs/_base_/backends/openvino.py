backend_config = dict(type='openvino')
