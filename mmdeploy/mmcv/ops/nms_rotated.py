"""Non-maximum suppression of rotated boxes; the operators are in `mmdeploy/op`."""
from mmdeploy.op.batched_rotated_nms.symbolic import TRTBatchedRotatedNMSop
from mmdeploy.op.nms_rotated.symbolic import ONNXNMSRotatedOp

__all__ = ['ONNXNMSRotatedOp', 'TRTBatchedRotatedNMSop']
