"""Crops of features for rotated regions from the levels of a pyramid."""
