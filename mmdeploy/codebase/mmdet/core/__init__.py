"""Rewrites of mmdet.core."""
import mmdet.core  # noqa: F401  # fills the registries that configs name

from .anchor import *  # noqa: F401,F403
from .bbox import *  # noqa: F401,F403
from .ops import *  # noqa: F401,F403
from .point_generator import *  # noqa: F401,F403
from .post_processing import *  # noqa: F401,F403
