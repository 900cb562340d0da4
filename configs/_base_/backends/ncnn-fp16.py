# Weights are stored in 16 bits, and calculated with in 16 bits by processors that can.
backend_config = dict(type='ncnn', precision='FP16', use_vulkan=False)
