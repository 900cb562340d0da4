"""Anchors at every cell of a feature map."""
