"""Rewrites of mmcv."""
