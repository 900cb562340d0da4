"""Crops of features for rotated regions of interest."""
