"""Finds the task processor of a deploy config; see `mmdeploy.codebase.task_processor`."""
from mmdeploy.codebase import build_task_processor, get_predefined_partition_cfg

__all__ = ['build_task_processor', 'get_predefined_partition_cfg']
