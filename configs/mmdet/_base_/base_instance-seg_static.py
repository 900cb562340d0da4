_base_ = ['./base_static.py']

onnx_config = dict(output_names=['dets', 'labels', 'masks'])
# Masks of boxes leave the network, and are pasted into the image behind it.
codebase_config = dict(post_processing=dict(export_postprocess_mask=False))
