"""Task processors of MMPose."""
from .mmpose import MMPose
from .pose_detection import PoseDetection

__all__ = ['MMPose', 'PoseDetection']
