"""Inference engines, one folder each.

An engine is a folder with a `manager.py`; see `mmdeploy.backend.base`.
"""
