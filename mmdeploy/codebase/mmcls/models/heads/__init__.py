"""Rewrites of heads."""
from .cls_head import cls_head__post_process
from .multi_label_head import multi_label_cls_head__post_process

__all__ = ['cls_head__post_process', 'multi_label_cls_head__post_process']
