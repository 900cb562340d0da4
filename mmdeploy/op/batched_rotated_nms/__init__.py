"""Non-maximum suppression of rotated boxes of many classes, for a batch."""
