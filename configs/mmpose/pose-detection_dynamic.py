_base_ = ['./pose-detection_static.py']

# The network's input has one size; several boxes make a batch.
onnx_config = dict(dynamic_axes=dict(input={0: 'batch'}, output={0: 'batch'}))
