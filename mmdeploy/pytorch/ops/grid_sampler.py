"""Sampling at the points of a grid; the operator is in `mmdeploy/op/grid_sampler`."""
from mmdeploy.op.grid_sampler.symbolic import grid_sampler, grid_sampler__default, grid_sampler_ppl

__all__ = ['grid_sampler', 'grid_sampler__default', 'grid_sampler_ppl']
