"""Rewrites of heads that give scores."""
from . import dm_head, dpt_head, isa_head, knet_head, psa_head  # noqa: F401
