"""Detectors of digits on photographs, one with masks."""
