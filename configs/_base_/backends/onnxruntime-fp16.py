# Calculates in 16 bits; inputs and outputs stay float32.
backend_config = dict(type='onnxruntime', precision='FP16')
