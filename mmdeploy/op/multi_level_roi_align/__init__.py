"""Crops of features from the levels of a pyramid."""
