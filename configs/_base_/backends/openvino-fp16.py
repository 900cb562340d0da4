# Weights are stored in 16 bits, and calculated with in 16 bits by devices that can.
backend_config = dict(
    type='openvino',
    precision='FP16',
    mo_options=dict(args={'--data_type': 'FP16'}))
