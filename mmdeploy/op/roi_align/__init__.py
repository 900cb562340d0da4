"""Crops of features for regions of interest."""
