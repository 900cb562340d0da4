"""What the converter needs of the SDK."""
from mmdeploy.backend.sdk import is_available
from mmdeploy.backend.sdk.export_info import export2SDK as _export2SDK

from ..core import PIPELINE_MANAGER

# Writing an SDK model needs no compiled SDK.
export2SDK = PIPELINE_MANAGER.register_pipeline()(_export2SDK)

__all__ = ['is_available', 'export2SDK']
