"""Task processors of MMEditing."""
from .mmediting import MMEditing
from .super_resolution import SuperResolution

__all__ = ['MMEditing', 'SuperResolution']
