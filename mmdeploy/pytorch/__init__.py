"""Rewrites of PyTorch itself."""
