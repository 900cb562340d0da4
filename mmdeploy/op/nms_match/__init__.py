"""Non-maximum suppression that tells who suppressed whom."""
