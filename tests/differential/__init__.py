"""Operators of ONNX in an engine against ONNX Runtime without optimisation: right or refused.

A generator per operator draws attributes, shapes (fixed and open), constants and values;
`python -m tests.differential --help` runs any number of draws, `differential_test.py` a few
hundred of a fixed seed.
"""
