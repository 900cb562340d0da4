_base_ = ['./tensorrt.py']

# Calculates in 8 bits, and in 16 where a layer has no 8-bit form; scales come from calibration.
backend_config = dict(common_config=dict(fp16_mode=True, int8_mode=True))

calib_config = dict(create_calib=True, calib_file='calib_data.h5')
