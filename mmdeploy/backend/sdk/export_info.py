"""Writes what the SDK needs beside the files of the engine."""
import importlib
import json
import os
import os.path as osp
from copy import deepcopy
from typing import Any

import mmcv

from mmdeploy.backend.base import get_backend_manager
from mmdeploy.codebase import BaseTask, build_task_processor
from mmdeploy.utils import (
    SDK_TASK_MAP,
    get_backend,
    get_backend_config,
    get_codebase,
    get_codebase_config,
    get_ir_config,
    get_root_logger,
    get_task_type,
    is_dynamic_batch,
    load_config,
)
from mmdeploy.utils.config_utils import get_calib_config
from mmdeploy.utils.utils import make_folder
from mmdeploy.version import __version__

# Level of the format, not our release: readers decide by it in which order
# sizes stand and whether the softmax is in the graph.
FORMAT_LEVEL = '0.7.0'
PRODUCER = dict(name='mmdeploy', version=__version__)

task_map = SDK_TASK_MAP

# What the SDK may need from the image's history, before a model's own keys.
_META_KEYS = ('filename', 'ori_filename', 'ori_shape', 'img_shape',
              'pad_shape', 'scale_factor', 'flip', 'flip_direction',
              'img_norm_cfg', 'valid_ratio')

Config = str | mmcv.Config


def get_mmdpeloy_version() -> str:
    """Return the level of the format; the spelling is the documented one."""
    return FORMAT_LEVEL


def _processor(deploy_cfg: Config, model_cfg: Config,
               task_processor: BaseTask | None) -> BaseTask:
    """Return the given task processor, or a new one on the CPU."""
    if task_processor is not None:
        return task_processor
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    return build_task_processor(model_cfg, deploy_cfg, 'cpu')


def get_task(deploy_cfg: Config) -> dict:
    """Return task, code base and the code base's version."""
    codebase = get_codebase(deploy_cfg).value
    try:
        version = importlib.import_module(codebase).__version__
    except ImportError:
        get_root_logger().warning(f'can not import the module: {codebase}')
        version = None
    return dict(
        task=get_task_type(deploy_cfg).value,
        codebase=codebase,
        version=version)


def get_model_name_customs(
        deploy_cfg: Config,
        model_cfg: Config,
        work_dir: str,
        task_processor: BaseTask | None = None) -> tuple[str, list[str]]:
    """Return the model's name and the names of further files it needs."""
    task = _processor(deploy_cfg, model_cfg, task_processor)
    return task.get_model_name(), list(task.get_sdk_customs())


def get_models(deploy_cfg: Config,
               model_cfg: Config,
               work_dir: str,
               task_processor: BaseTask | None = None) -> list[dict]:
    """Return the files of the engine, for `models` of deploy.json."""
    backend = get_backend(deploy_cfg)
    backend_config = get_backend_config(deploy_cfg)
    networks = _processor(deploy_cfg, model_cfg, task_processor).get_sdk_networks()
    options = backend_config.get('engine_options', None)
    models = []
    for i, network in enumerate(networks):
        try:
            files = get_backend_manager(backend).get_sdk_files(network.save_file, backend_config)
        except NotImplementedError as error:
            raise NotImplementedError(
                f'Not supported backend: {backend.value}.') from error
        models.append(
            dict(
                name=network.name,
                net=files['net'],
                weights=files['weights'],
                backend=backend.value,
                precision=files['precision'],
                batch_size=1,
                # Further networks are no business of the axes that the deploy config names.
                dynamic_shape=i == 0 and is_dynamic_batch(deploy_cfg, input_name='input'),
                **(dict(engine_options=dict(options)) if options else {})))
    return models


def get_inference_info(deploy_cfg: Config,
                       model_cfg: Config,
                       work_dir: str,
                       task_processor: BaseTask | None = None) -> dict:
    """Return the task of pipeline.json that runs the network."""
    name, _ = get_model_name_customs(deploy_cfg, model_cfg, work_dir,
                                     task_processor)
    input_names = get_ir_config(deploy_cfg).get('input_names', None)
    info = dict(
        name=name,
        type='Task',
        module='Net',
        input=['prep_output'],
        output=['infer_output'],
        input_map=dict(img=input_names[0] if input_names else 'input'))
    backend_config = get_backend_config(deploy_cfg)
    if 'use_vulkan' in backend_config:
        info['use_vulkan'] = backend_config['use_vulkan']
    return info


def _flatten(transforms: list[dict]) -> list[dict]:
    """Replace a test-time augmentation by the steps inside it."""
    for i, outer in enumerate(transforms):
        if 'transforms' not in outer:
            continue
        inner = deepcopy(list(outer['transforms']))
        for step in inner:
            if step['type'] == 'Resize':
                step.pop('img_scale', None)
                step['size'] = list(outer['img_scale'])[::-1]
        return transforms[:i] + inner + transforms[i + 1:]
    return transforms


def _translate(transform: dict) -> dict:
    """Return one step as the SDK spells it."""
    if transform.get('keys', None) == ['lq']:
        transform['keys'] = ['img']
    if transform.get('key', None) == 'lq':
        transform['key'] = 'img'
    if transform['type'] == 'Collect':
        own = transform.get('meta_keys', ())
        transform['meta_keys'] = list(dict.fromkeys([*_META_KEYS, *own]))
    return transform


def get_preprocess(deploy_cfg: Config,
                   model_cfg: Config,
                   task_processor: BaseTask | None = None) -> dict:
    """Return the task of pipeline.json that preprocesses.

    Raises:
        AssertionError: the pipeline does not start with loading the image.
    """
    task = _processor(deploy_cfg, model_cfg, task_processor)
    transforms = _flatten(deepcopy(list(task.get_preprocess())))
    dropped = ('Random', 'RescaleToZeroOne')
    transforms = [
        _translate(t) for t in transforms
        if not any(word in t['type'] for word in dropped)
    ]
    assert transforms and transforms[0]['type'] == 'LoadImageFromFile', (
        'The first item type of pipeline should be LoadImageFromFile')
    return dict(
        type='Task',
        module='Transform',
        name='Preprocess',
        input=['img'],
        output=['prep_output'],
        transforms=transforms)


def get_postprocess(deploy_cfg: Config,
                    model_cfg: Config,
                    task_processor: BaseTask | None = None) -> dict:
    """Return the task of pipeline.json that makes the result."""
    head = _processor(deploy_cfg, model_cfg, task_processor).get_sdk_head()
    return dict(
        type='Task',
        module=get_codebase(deploy_cfg).value,
        name='postprocess',
        component=head.component,
        params=head.params,
        output=['post_output'],
        input=['prep_output', 'infer_output'] if head.reads_image else ['infer_output'])


def get_deploy(deploy_cfg: Config,
               model_cfg: Config,
               work_dir: str,
               task_processor: BaseTask | None = None) -> dict:
    """Return the content of deploy.json."""
    processor = _processor(deploy_cfg, model_cfg, task_processor)
    _, customs = get_model_name_customs(deploy_cfg, model_cfg, work_dir,
                                        processor)
    return dict(
        version=get_mmdpeloy_version(),
        task=task_map[get_task_type(deploy_cfg)]['cls_name'],
        models=get_models(deploy_cfg, model_cfg, work_dir, processor),
        customs=customs,
        producer=PRODUCER)


def get_pipeline(deploy_cfg: Config,
                 model_cfg: Config,
                 work_dir: str,
                 task_processor: BaseTask | None = None) -> dict:
    """Return the content of pipeline.json."""
    processor = _processor(deploy_cfg, model_cfg, task_processor)
    tasks = [
        get_preprocess(deploy_cfg, model_cfg, processor),
        *processor.get_sdk_steps(get_inference_info(deploy_cfg, model_cfg, work_dir, processor)),
        get_postprocess(deploy_cfg, model_cfg, processor)
    ]
    return dict(
        pipeline=dict(
            input=tasks[0]['input'], output=tasks[-1]['output'], tasks=tasks))


def get_detail(deploy_cfg: Config,
               model_cfg: Config,
               pth: str,
               task_processor: BaseTask | None = None) -> dict:
    """Return the content of detail.json: where the model comes from, and what its labels mean."""
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    labels = _processor(deploy_cfg, model_cfg, task_processor).get_labels()
    codebase = get_task(deploy_cfg)
    codebase.update(pth=pth, config=getattr(model_cfg, 'filename', None))
    return dict(
        version=get_mmdpeloy_version(),
        codebase=codebase,
        classes=list(labels.names),
        palette=[list(colour) for colour in labels.palette],
        codebase_config=get_codebase_config(deploy_cfg),
        onnx_config=get_ir_config(deploy_cfg),
        backend_config=get_backend_config(deploy_cfg),
        calib_config=get_calib_config(deploy_cfg) or {})


def _write(content: bytes, path: str) -> None:
    """Write a file whole or not at all."""
    temporary = f'{path}.part'
    with open(temporary, 'wb') as file:
        file.write(content)
    os.replace(temporary, path)


def _as_json(content: dict) -> bytes:
    return json.dumps(content, indent=4, default=_plain).encode()


def _plain(value: Any) -> Any:
    """Return what JSON can hold: numpy numbers and arrays as lists."""
    if hasattr(value, 'tolist'):
        return value.tolist()
    raise TypeError(f'{type(value).__name__} {value!r} in a config can not be '
                    'written as JSON')


def export2SDK(deploy_cfg: Config, model_cfg: Config, work_dir: str, pth: str,
               device: str = 'cpu', task_processor: BaseTask | None = None, **kwargs) -> list[str]:
    """Write deploy.json, pipeline.json, detail.json, and the further files of the task.

    Args:
        deploy_cfg: deploy config.
        model_cfg: config of the model.
        work_dir: folder of the SDK model, created when missing.
        pth: path of the checkpoint, recorded in detail.json.
        device: of the task processor that is asked.
        task_processor: the task processor, if it is built already.

    Returns:
        The written files.
    """
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    processor = task_processor or build_task_processor(model_cfg, deploy_cfg, device)
    contents = {
        'deploy.json': _as_json(get_deploy(deploy_cfg, model_cfg, work_dir, processor)),
        'pipeline.json': _as_json(get_pipeline(deploy_cfg, model_cfg, work_dir, processor)),
        'detail.json': _as_json(get_detail(deploy_cfg, model_cfg, pth, processor)),
        **processor.get_sdk_customs(),
    }
    make_folder(work_dir)
    for name, content in contents.items():
        _write(content, osp.join(work_dir, name))
    return [osp.join(work_dir, name) for name in contents]
