"""Non-maximum suppression of many classes, for a batch."""
