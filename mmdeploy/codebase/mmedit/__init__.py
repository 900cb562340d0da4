"""MMEditing."""
from .deploy import *  # noqa: F401,F403
