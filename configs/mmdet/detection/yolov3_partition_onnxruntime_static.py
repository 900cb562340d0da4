_base_ = ['./detection_onnxruntime_static.py']

onnx_config = dict(input_shape=[608, 608])
partition_config = dict(
    type='yolov3_partition',  # the name of the partition policy
    apply_marks=True,
    partition_cfg=[
        dict(
            save_file='yolov3.onnx',  # file of the part
            start=['detector_forward:input'],  # [mark:input or output, ...]
            end=['yolo_head:input'])
    ])
