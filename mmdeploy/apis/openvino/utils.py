"""Reads what deploy configs say about OpenVINO; see `mmdeploy.backend.openvino.deploy_config`."""
from mmdeploy.backend.openvino.deploy_config import get_input_info_from_cfg, get_mo_options_from_cfg, update_input_names

__all__ = ['get_input_info_from_cfg', 'get_mo_options_from_cfg', 'update_input_names']
