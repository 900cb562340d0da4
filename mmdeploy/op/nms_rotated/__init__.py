"""Non-maximum suppression of rotated boxes."""
