"""Settings of the selection of boxes that cannot be obeyed, found before anything is built."""
import mmcv

from mmdeploy.utils import get_backend_config, get_partition_config

from .utils import get_nms_params


def _check_ncnn_limits(params: dict) -> None:
    """ncnn's layer takes numbers of boxes that are some, and none for each class."""
    post = 'deploy config: codebase_config.post_processing'
    if params['pre_top_k'] <= 0:
        raise NotImplementedError(f'{post}.pre_top_k is {params["pre_top_k"]}, which ncnn cannot run, allowed: a '
                                  'number of boxes; set it, e.g. to 5000')
    if params['keep_top_k'] <= 0:
        raise NotImplementedError(
            f"{params['keep_top_k']} boxes per image cannot be kept by ncnn, allowed: a number of boxes; set "
            'max_per_img in model.test_cfg of the model config (it wins), or keep_top_k in '
            'codebase_config.post_processing of the deploy config, e.g. to 100')
    if params['max_output_boxes_per_class'] < params['keep_top_k']:
        raise NotImplementedError(
            f'{post}.max_output_boxes_per_class is {params["max_output_boxes_per_class"]}, which ncnn has no limit '
            f'for, allowed: at least the {params["keep_top_k"]} boxes that an image keeps (max_per_img in '
            'model.test_cfg of the model config, or keep_top_k), with which it changes nothing')


def check_selection(model_cfg: mmcv.Config, deploy_cfg: mmcv.Config) -> None:
    """Refuse a model that selects boxes in a way of its own in any stage, or by numbers that its engine cannot obey.

    Raises:
        NotImplementedError: names the setting, and what is allowed.
    """
    if get_backend_config(deploy_cfg).get('type', None) == 'sdk':
        return
    test_cfg = model_cfg.model.get('test_cfg', None) or {}
    stages = [test_cfg[key] for key in ('rpn', 'rcnn') if test_cfg.get(key, None)] or [test_cfg]
    params = [get_nms_params(deploy_cfg, stage) for stage in stages]
    if get_backend_config(deploy_cfg).get('type', None) == 'ncnn' and get_partition_config(deploy_cfg) is None:
        _check_ncnn_limits(params[-1])
