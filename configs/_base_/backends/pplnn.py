backend_config = dict(type='pplnn')
