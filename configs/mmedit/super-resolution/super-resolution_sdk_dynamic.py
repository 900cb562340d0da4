_base_ = ['./super-resolution_dynamic.py', '../../_base_/backends/sdk.py']

codebase_config = dict(model_type='sdk')
