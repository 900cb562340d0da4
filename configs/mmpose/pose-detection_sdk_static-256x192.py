_base_ = ['./pose-detection_static.py', '../_base_/backends/sdk.py']

codebase_config = dict(model_type='sdk')

# The SDK preprocesses itself: it gets the image as it was loaded, BGR, and the boxes of people.
backend_config = dict(pipeline=[
    dict(type='LoadImageFromFile', channel_order='bgr'),
    dict(type='Collect', keys=['img'], meta_keys=['image_file', 'bbox', 'bbox_score'])
])

ext_info = dict(image_size=[192, 256], padding=1.25)
