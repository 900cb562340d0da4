backend_config = dict(type='snpe')
