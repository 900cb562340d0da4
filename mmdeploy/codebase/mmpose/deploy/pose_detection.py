"""The task processor of models that find key points in the boxes of objects."""
import os.path as osp
import tempfile
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import mmcv
import numpy as np
import torch
from torch.utils.data import Dataset

from mmdeploy.codebase.base import ImageTask, Labels, SDKHead
from mmdeploy.codebase.base.evaluation import evaluation_options, save_results
from mmdeploy.codebase.base.image_task import Images, as_list, check_images
from mmdeploy.utils import Backend, Task, get_backend, get_input_shape, get_root_logger
from mmdeploy.utils.logging import get_logger, log_metrics

from .mmpose import MMPOSE_TASK
from .pose_detection_model import build_pose_detection_model, build_pose_head

# Those whose answer is known to be what is exported.
HEADS = ('TopdownHeatmapSimpleHead', 'TopdownHeatmapMultiStageHead', 'TopdownHeatmapMSMUHead',
          'ViPNASHeatmapSimpleHead', 'DeepposeRegressionHead')
# Backbones of attention in windows.
_WINDOWED = ('HRFormer', 'SwinTransformer')


def get_dataset_info(model_cfg: mmcv.Config) -> dict | None:
    """Return what a model config knows of the key points, None if nothing."""
    if model_cfg.get('dataset_info', None):
        return model_cfg.dataset_info
    data = model_cfg.get('data', {})
    return next((data[part]['dataset_info'] for part in ('test', 'val', 'train')
                 if data.get(part, {}).get('dataset_info', None)), None)


def _build_dataset_info(model_cfg: mmcv.Config) -> Any:
    """Return mmpose's `DatasetInfo` of a model config (pairs to flip, skeleton, colours), None if nothing is known."""
    from mmpose.datasets.dataset_info import DatasetInfo
    info = get_dataset_info(model_cfg)
    return None if info is None else DatasetInfo(deepcopy(info))


def _get_pipeline(model_cfg: mmcv.Config) -> list[dict]:
    """Return a copy of the test pipeline, with the step that makes centre and scale of a box."""
    if not model_cfg.get('test_pipeline', None):
        raise KeyError('model config: test_pipeline is missing; it says how images are preprocessed')
    pipeline = deepcopy(list(model_cfg.test_pipeline))
    if not any(step['type'] == 'TopDownGetBboxCenterScale' for step in pipeline):
        # Configs before mmpose 0.26 leave this to the data sets, with the default padding.
        pipeline.insert(1, dict(type='TopDownGetBboxCenterScale', padding=1.25))
    return pipeline


def process_model_config(model_cfg: mmcv.Config,
                         imgs: Images,
                         input_shape: Sequence[int] | None = None) -> mmcv.Config:
    """Return a copy of a model config whose test pipeline has the steps of the SDK.

    Tensors of 0..1 are normalized by `Normalize` of bytes, and the steps that cut out the box know the input's size.

    Args:
        model_cfg: config of the model.
        imgs: not looked at: the first step takes paths and arrays.
        input_shape: [width, height] of the input, by default `data_cfg.image_size`.
    """
    cfg = deepcopy(model_cfg)
    size = [int(side) for side in (cfg.data_cfg['image_size'] if input_shape is None else input_shape)]
    norm = dict(mean=[0.0, 0.0, 0.0], std=[1.0, 1.0, 1.0])
    steps = []
    to_rgb = True
    for step in _get_pipeline(cfg):
        kind = step['type']
        if kind == 'LoadImageFromFile':
            to_rgb = step.pop('channel_order', 'rgb') == 'rgb'
        elif kind in ('TopDownAffine', 'TopDownGetBboxCenterScale'):
            step['image_size'] = size
        elif kind == 'NormalizeTensor':
            norm = {key: [float(x) for x in step[key]] for key in ('mean', 'std')}
            continue
        elif kind == 'ToTensor':
            steps += [dict(type='Normalize'), dict(type='ImageToTensor', keys=['img'])]
            continue
        steps.append(step)
    for step in steps:
        if step['type'] == 'Normalize':
            step.update({key: [255 * x for x in values] for key, values in norm.items()}, to_rgb=to_rgb)
    cfg.test_pipeline = steps
    return cfg


def _check_model(model: dict) -> None:
    """Refuse what is not answered by one network per box.

    Raises:
        NotImplementedError: names the model or its head.
    """
    if model.get('type', None) != 'TopDown':
        raise NotImplementedError(
            f"model config: model.type is {model.get('type', None)!r}; allowed: 'TopDown', models that find key points "
            'in boxes')
    if model.get('backbone', {}).get('type', None) == 'TCFormer':
        raise NotImplementedError("model config: model.backbone.type is 'TCFormer', which clusters tokens by sparse "
                                  'matrices: ONNX has none, and TorchScript traces those of one batch')
    head = (model.get('keypoint_head', None) or {}).get('type', None)
    if head not in HEADS:
        raise NotImplementedError(f'model config: model.keypoint_head.type is {head!r}; allowed: {", ".join(HEADS)}')


def _check_engine(model: dict, deploy_cfg: mmcv.Config) -> None:
    """Refuse what an engine cannot run.

    Raises:
        NotImplementedError: names the backbone.
    """
    backbone = model.get('backbone', {}).get('type', None)
    if get_backend(deploy_cfg) == Backend.NCNN and backbone in _WINDOWED:
        raise NotImplementedError(
            f'model config: model.backbone.type is {backbone!r}, which attends in windows: views of six axes, of which '
            'ncnn has four; it runs in onnxruntime, openvino and torchscript')


@MMPOSE_TASK.register_module(Task.POSE_DETECTION.value)
class PoseDetection(ImageTask):
    """Converts top-down models of MMPose: the network sees one box, cut out and scaled."""

    def check_convertible(self) -> None:
        _check_model(self.model_cfg.model)
        _check_engine(self.model_cfg.model, self.deploy_cfg)
        logger = get_root_logger()
        size, shape = list(self.model_cfg.data_cfg['image_size']), get_input_shape(self.deploy_cfg)
        if shape is not None and list(shape) != size:
            logger.warning(f'the deploy config gives input_shape {list(shape)} (width, height), the model was trained '
                           f'with data_cfg.image_size {size}: key points will be worse')
        if self.model_cfg.model.get('test_cfg', {}).get('flip_test', True):
            logger.warning('model config: model.test_cfg.flip_test is True: mmpose averages with the flipped image, '
                           'the exported network looks once; set it to False to compare the two')

    def build_model_of_files(self, model_files: Sequence[str] | None, **kwargs) -> torch.nn.Module:
        return build_pose_detection_model(model_files, self.model_cfg, self.deploy_cfg, self.device, **kwargs)

    def init_pytorch_model(self,
                           model_checkpoint: str | None = None,
                           cfg_options: dict | None = None,
                           **kwargs) -> torch.nn.Module:
        _check_model(self.model_cfg.model)
        return super().init_pytorch_model(model_checkpoint, cfg_options, **kwargs)

    def get_test_pipeline(self, imgs: Sequence, input_shape: Sequence[int] | None) -> list[dict]:
        return _get_pipeline(self.model_cfg)

    def get_sample(self, img: str | np.ndarray, input_shape: Sequence[int] | None = None) -> dict:
        """Return an image with one box, which is the whole of it."""
        data_cfg, info = self.model_cfg.data_cfg, _build_dataset_info(self.model_cfg)
        pixels = mmcv.imread(img) if isinstance(img, str) else img
        height, width = pixels.shape[:2]
        joints = np.zeros((data_cfg['num_joints'], 3), np.float32)
        size = np.array(data_cfg['image_size'] if input_shape is None else input_shape)
        return dict(
            dict(image_file=img) if isinstance(img, str) else dict(img=img),
            bbox=np.array([0, 0, width, height], np.float32),
            bbox_score=1,
            bbox_id=0,
            dataset='' if info is None else info.dataset_name,
            joints_3d=joints,
            joints_3d_visible=joints.copy(),
            rotation=0,
            ann_info=dict(image_size=size, num_joints=data_cfg['num_joints'],
                          flip_pairs=() if info is None else info.flip_pairs))

    def create_input(self, imgs: Images, input_shape: Sequence[int] | None = None,
                     **kwargs) -> tuple[dict, torch.Tensor]:
        """Preprocess images, which make one batch; of each the whole is one box.

        Returns:
            Keyword arguments of the model, and the tensor [B, 3, H, W].

        Raises:
            FileNotFoundError, ValueError: there is no such image, or OpenCV does not know it.
        """
        from mmcv.parallel import collate
        imgs = as_list(imgs)
        check_images(imgs)
        pipeline = self.codebase_class.compose(self.get_test_pipeline(imgs, input_shape))
        samples = [pipeline(self.get_sample(img, input_shape)) for img in imgs]
        return self.to_device(collate(samples, samples_per_gpu=len(samples)))

    def to_device(self, data: dict) -> tuple[dict, torch.Tensor]:
        data['img_metas'] = data['img_metas'].data[0]
        data['img'] = data['img'].to(self.device)
        return data, data['img']

    def visualize(self,
                  model: torch.nn.Module,
                  image: str | np.ndarray,
                  result: dict,
                  output_file: str,
                  window_name: str = '',
                  show_result: bool = False,
                  **kwargs) -> None:
        known = _build_dataset_info(self.model_cfg)
        if known is not None:
            kwargs = dict(dict(skeleton=known.skeleton, pose_kpt_color=known.pose_kpt_color,
                               pose_link_color=known.pose_link_color), **kwargs)
        poses = [dict(keypoints=keypoints) for keypoints in result['preds']]
        super().visualize(model, image, poses, output_file, window_name, show_result, **kwargs)

    @staticmethod
    def run_inference(model: torch.nn.Module, model_inputs: dict[str, torch.Tensor]) -> list:
        return [model(**model_inputs, return_loss=False, return_heatmap=False)]

    @staticmethod
    def get_tensor_from_input(input_data: dict[str, Any], **kwargs) -> torch.Tensor:
        img = input_data['img']
        return img[0] if isinstance(img, list | tuple) else img

    @staticmethod
    def evaluate_outputs(model_cfg: mmcv.Config,
                         outputs: Sequence,
                         dataset: Dataset,
                         metrics: list[str] | None = None,
                         out: str | None = None,
                         metric_options: dict | None = None,
                         format_only: bool = False,
                         log_file: str | None = None,
                         **kwargs) -> None:
        if format_only:
            raise NotImplementedError('mmpose formats results only while it evaluates them: leave out --format-only')
        logger = get_logger('test', log_file=log_file)
        save_results(outputs, out, logger)
        options = evaluation_options(model_cfg, metrics, metric_options)
        # Some data sets of mmpose need a folder for their own file of results.
        with tempfile.TemporaryDirectory() as temporary:
            folder = (osp.dirname(out) or '.') if out else temporary
            log_metrics(logger, dataset.evaluate(outputs, res_folder=folder, **options))

    def compare_results(self, expected: Sequence[dict], found: Sequence[dict]) -> list[tuple[str, str]]:
        """Compare key points, in pixels of the images, and their scores."""
        want, got = (np.concatenate([result['preds'] for result in results]) for results in (expected, found))
        distances = np.linalg.norm(want[..., :2] - got[..., :2], axis=-1)
        return [('boxes', str(len(want))), ('key points', str(distances.size)),
                ('median distance, pixels', f'{np.median(distances):.3g}'),
                ('largest distance, pixels', f'{distances.max():.3g}'),
                ('largest difference of a score', f'{np.abs(want[..., 2] - got[..., 2]).max():.3g}')]

    def get_preprocess(self) -> list[dict]:
        return process_model_config(self.model_cfg, [''], get_input_shape(self.deploy_cfg)).test_pipeline

    def get_postprocess(self) -> dict:
        """Return `test_cfg`, and as `type` the head with `Decode` behind its name."""
        model = self.model_cfg.model
        if model.type != 'TopDown':
            return dict(type='UNKNOWN')
        return dict(type=f'{model.keypoint_head.type}Decode', **deepcopy(model.get('test_cfg', None) or {}))

    def get_sdk_head(self) -> SDKHead:
        params = self.get_postprocess()
        return SDKHead(params.pop('type'), params)

    def get_model_name(self) -> str:
        return self.model_cfg.model.type.lower()

    def get_labels(self) -> Labels:
        """Return name and colour of each key point."""
        info = get_dataset_info(self.model_cfg)
        if info is None:
            return Labels()
        points = sorted(info['keypoint_info'].values(), key=lambda point: point['id'])
        # mmpose draws the three numbers in the order of OpenCV.
        return Labels([point['name'] for point in points], [point['color'][::-1] for point in points])

    def get_reference_result(self, outputs: dict[str, np.ndarray], img_metas: dict) -> tuple[str, dict]:
        """Return the key points of the whole image, as mmpose decodes them where it does so."""
        output = next(iter(outputs.values()))
        size = get_input_shape(self.deploy_cfg) or self.model_cfg.data_cfg['image_size']
        found = build_pose_head(self.model_cfg).decode([img_metas], output[:1].copy(), img_size=list(size))
        points = found['preds'][0].astype(np.float64)
        return 'PoseDetection', dict(points=points[:, :2].tolist(), scores=points[:, 2].tolist())
