"""Sampling at the points of a grid."""
