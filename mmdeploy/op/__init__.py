"""Custom operators: one folder each, with its meaning, kernels and export."""
