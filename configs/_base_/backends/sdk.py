backend_config = dict(type='sdk')
