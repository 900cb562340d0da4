"""The name that MMDeploy 1.x gives to mmdeploy_python."""
import sys

import mmdeploy_python

sys.modules[__name__] = mmdeploy_python
