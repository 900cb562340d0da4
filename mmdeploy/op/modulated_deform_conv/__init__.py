"""Deformable convolution with a mask."""
