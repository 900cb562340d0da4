"""Rewrites against plain PyTorch, on drawn inputs: the same, or refused while exporting.

A draw is a call and its inputs: ranks, sizes (1 among them), axes from either end, views that are not contiguous,
broadcasting. It runs plainly, under the rewrites, and exported in an engine that has the operators; with open axes on
further sizes. Each draw names the rewrites that it is about, and has to reach them.
"""
