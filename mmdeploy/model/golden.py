"""Writes the golden data of an SDK model; README.md describes the format.

The reference is the rewritten model, run in PyTorch behind the test pipeline
of its code base.
"""
import hashlib
import io
import json
import os
import os.path as osp
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import cv2
import mmcv
import numpy as np
import torch

from mmdeploy.backend.sdk.export_info import get_pipeline
from mmdeploy.codebase import BaseTask, build_task_processor
from mmdeploy.core import RewriterContext, patch_model, reset_mark_function_count
from mmdeploy.utils import (
    IR,
    Codebase,
    get_backend,
    get_codebase,
    get_codebase_version,
    get_input_shape,
    get_ir_config,
    get_root_logger,
    load_config,
)
from mmdeploy.utils.utils import make_folder

FORMAT = 1
MAX_BYTES = 1_000_000
MAX_IMAGE_BYTES = 400_000
_JSON_BYTES = 50_000  # kept free for golden.json

# What another implementation may differ by, as |found - expected| <= abs +
# rel * |expected|, where abs is a share of the largest value of the stage.
# Preprocessing is exact up to the rounding of floats.
_TOLERANCES = dict(
    preprocess=dict(abs=2e-5, rel=1e-5),
    net=dict(abs=1e-4, rel=1e-3),
    postprocess=dict(abs=1e-4, rel=1e-3))


# Of rows that stand by their scores: engines may swap those that are nearly equal.
_SHARE_OF_RANKED = 0.98


class Reference(NamedTuple):
    """What PyTorch computes from the sample image.

    Attributes:
        preprocess: tensors by name.
        steps: what each task between preprocessing and the head gives, by name of the task: tensors by name.
        result_type: name of the SDK's result type.
        result: fields of each result of the image, or of its only one; masks, maps and images are arrays.
        ranked: steps whose rows stand by their scores.
    """
    preprocess: dict[str, np.ndarray]
    steps: dict[str, dict[str, np.ndarray]]
    result_type: str
    result: list[dict] | dict
    ranked: Sequence[str] = ()


class MarkedTensors:
    """What passes the marks of a model, by mark and name: `multiclass_nms[0]:input/scores`."""

    def __init__(self):
        self.found: dict[str, np.ndarray] = {}

    def add(self, x: torch.Tensor, func: str, func_id: int, io_type: str, name: str, id: int) -> None:
        """Keep a tensor; see `Calibration.add`."""
        self.found[f'{func}[{func_id}]:{io_type}/{name}'] = x.detach().cpu().numpy()


def encode_image(image: np.ndarray) -> bytes:
    """Return a PNG of at most `MAX_IMAGE_BYTES`; too large ones shrink."""
    while True:
        data = cv2.imencode('.png', image,
                            [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()
        if len(data) <= MAX_IMAGE_BYTES:
            return data
        # Noise compresses alike at any size, so bytes go with the area.
        scale = 0.95 * (MAX_IMAGE_BYTES / len(data))**0.5
        size = [max(1, int(side * scale)) for side in image.shape[1::-1]]
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _as_loaded(task: BaseTask, image: np.ndarray) -> np.ndarray:
    """Return what a file must hold so that the test pipeline gets the pixels that the SDK gets.

    Decoders make grey in their own ways, that of PNG rounds down; the SDK has pixels, and makes grey as OpenCV does.
    Grey pixels stay as they are in a file.
    """
    loader = next((step for step in task.get_preprocess() if step['type'] == 'LoadImageFromFile'), {})
    is_grey = loader.get('color_type', 'color').startswith('grayscale')
    return cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if is_grey and image.ndim == 3 else image


def run_reference(task: BaseTask, checkpoint: str | None,
                  image: np.ndarray) -> Reference:
    """Run the rewritten model on an image.

    Args:
        task: task processor on the CPU.
        checkpoint: weights.
        image: pixels [H, W, 3] in BGR order.
    """
    deploy_cfg = task.deploy_cfg
    backend = get_backend(deploy_cfg).value
    ir_config = get_ir_config(deploy_cfg)
    ir = IR.get(ir_config.get('type', 'onnx'))
    model = patch_model(
        task.copy_pytorch_model(checkpoint),
        cfg=deploy_cfg,
        backend=backend,
        ir=ir)
    with tempfile.TemporaryDirectory() as folder:
        # A file, so that the pipeline loads it like any other image.
        path = osp.join(folder, 'image.png')
        cv2.imwrite(path, _as_loaded(task, image))
        data, inputs = task.create_input(path, get_input_shape(deploy_cfg))
    named = task.name_inputs(inputs)
    metas = {k: v for k, v in data.items() if k == 'img_metas'}
    marked = MarkedTensors()
    reset_mark_function_count()
    with RewriterContext(
            deploy_cfg, backend=backend, ir=ir, calibration=marked), torch.no_grad():
        outputs = model(*named.values(), **metas)
    if isinstance(outputs, torch.Tensor):
        outputs = [outputs]
    names = ir_config.get('output_names', None) or ['output']
    arrays = {n: out.cpu().numpy() for n, out in zip(names, outputs, strict=False)}
    # The SDK's preprocessing calls the image of a network that takes nothing else `img`.
    preprocessed = named if len(named) > 1 else dict(img=next(iter(named.values())))
    return Reference(
        {key: tensor.cpu().numpy() for key, tensor in preprocessed.items()},
        task.get_reference_steps(arrays, marked.found),
        *task.get_reference_result(arrays, _meta_of_image(metas)),
        ranked=task.get_ranked_steps())


def _meta_of_image(metas: dict) -> dict:
    """Return what the test pipeline noted of the only image."""
    found = metas.get('img_metas', {})
    found = getattr(found, 'data', found)
    while isinstance(found, list | tuple):
        found = found[0]
    return found


def _pack(arrays: dict[str, np.ndarray]) -> bytes:
    """Return the bytes of an npz file."""
    buffer = io.BytesIO()
    # In the order of C, which is the only one that the format has: an array may come with its axes swapped. The shape
    # of a single number stays.
    np.savez_compressed(buffer, **{key: np.asarray(array, order='C') for key, array in arrays.items()})
    return buffer.getvalue()


def pack_tensors(arrays: dict[str, np.ndarray],
                 whole: dict[str, np.ndarray],
                 limit: int) -> tuple[bytes, dict[str, int]]:
    """Pack arrays into at most `limit` bytes.

    Args:
        arrays: may be sampled.
        whole: are kept as they are.
        limit: of the file.

    Returns:
        The npz file, and the stride at which each array was sampled; 1 keeps
        all of it with its shape.
    """
    strides = {key: 1 for key in arrays}
    while True:
        sampled = {
            key: array if strides[key] == 1 else
            array.reshape(-1)[::strides[key]]
            for key, array in arrays.items()
        }
        data = _pack({**sampled, **whole})
        if len(data) <= limit or all(stride > array.size for stride, array in zip(
                strides.values(), arrays.values(), strict=True)):
            return data, strides
        largest = max(sampled, key=lambda key: sampled[key].nbytes)
        # By a quarter: a map of scores needs a stride of hundreds.
        strides[largest] += max(1, strides[largest] // 4)


def _describe(key: str, array: np.ndarray, stride: int) -> dict:
    """Return the entry of one tensor in golden.json."""
    array = np.ascontiguousarray(array)
    little = array.astype(array.dtype.newbyteorder('<'), copy=False)
    return dict(
        array=key,
        dtype=array.dtype.name,
        shape=list(array.shape),
        offset=0,
        stride=stride,
        min=float(array.min()),
        max=float(array.max()),
        mean=float(array.mean(dtype=np.float64)),
        std=float(array.std(dtype=np.float64)),
        sha256=hashlib.sha256(little.tobytes()).hexdigest())


def _tolerance(kind: str, values: Iterable[np.ndarray]) -> dict:
    """Return the tolerance of a stage of a kind with these values."""
    largest = max((float(np.abs(v).max()) for v in values if v.size),
                  default=0.0)
    tolerance = _TOLERANCES[kind]
    return dict(abs=tolerance['abs'] * largest, rel=tolerance['rel'])


def _tensor_stage(kind: str, name: str, node: str, tensors: dict[str, np.ndarray],
                  strides: dict[str, int]) -> dict:
    """Return the entry of one stage of tensors."""
    return dict(
        name=name,
        node=node,
        tensors={
            key: _describe(f'{name}/{key}', array, strides[f'{name}/{key}'])
            for key, array in tensors.items()
        },
        tolerance=_tolerance(kind, tensors.values()))


def _split_result(result: list[dict] | dict) -> tuple[Any, dict[str, np.ndarray]]:
    """Return a result with arrays replaced by their entries in golden.json, and the arrays by key."""
    arrays: dict[str, np.ndarray] = {}

    def entry(number: int, name: str, value: Any) -> Any:
        if not isinstance(value, np.ndarray):
            return value
        key = f'postprocess/{number}/{name}'
        arrays[key] = value
        return _describe(key, value, 1)

    records = result if isinstance(result, list) else [result]
    split = [{name: entry(i, name, value) for name, value in record.items()} for i, record in enumerate(records)]
    return split if isinstance(result, list) else split[0], arrays


def _field_tolerances(result: list[dict] | dict) -> dict[str, dict]:
    """Return the tolerance of each field of numbers, by the largest of its values: scores and pixels differ in size."""
    records = result if isinstance(result, list) else [result]
    values: dict[str, list[np.ndarray]] = {}
    for record in records:
        for name, value in record.items():
            if isinstance(value, float | list) and np.asarray(value).dtype.kind == 'f':
                values.setdefault(name, []).append(np.asarray(value))
    return {name: _tolerance('postprocess', found) for name, found in values.items()}


def build_golden(reference: Reference, tasks: list[dict], made_with: dict, image_bytes: int) -> tuple[dict, bytes]:
    """Return golden.json and the bytes of tensors.npz.

    Args:
        reference: what PyTorch computed.
        tasks: of pipeline.json.
        made_with: `framework` and `codebase` with their versions.
        image_bytes: size of image.png.
    """
    result, result_arrays = _split_result(reference.result)
    pre, *middle, post = (task['name'] for task in tasks)
    compared = [node for node in middle if node in reference.steps]
    names = {node: 'net' if len(middle) == 1 else node for node in compared}
    arrays = {f'preprocess/{key}': array for key, array in reference.preprocess.items()}
    for node in compared:
        arrays.update({f'{names[node]}/{key}': array for key, array in reference.steps[node].items()})
    limit = MAX_BYTES - image_bytes - _JSON_BYTES
    # Results are compared whole. One that does not fit into half the space is left out.
    has_result = len(_pack(result_arrays)) <= limit // 2
    if not has_result:
        get_root_logger().warning(
            f'golden data: the result takes {sum(x.nbytes for x in result_arrays.values()) / 1e6:.1f} MB, golden data '
            f'have {MAX_BYTES / 1e6:.0f} MB; it is left out, the outputs of the network are kept. A smaller image has '
            'a smaller result')
    data, strides = pack_tensors(arrays, result_arrays if has_result else {}, limit)
    stages = [_tensor_stage('preprocess', 'preprocess', pre, reference.preprocess, strides)]
    for node in compared:
        stage = _tensor_stage('net', names[node], node, reference.steps[node], strides)
        if node in reference.ranked:
            stage['tolerance']['share'] = _SHARE_OF_RANKED
        stages.append(stage)
    # Results are made from what the last step gives.
    last = reference.steps[compared[-1]] if compared else {}
    if has_result:
        stages.append(
            dict(
                name='postprocess',
                node=post,
                type=reference.result_type,
                result=result,
                tolerance=_tolerance('postprocess', last.values()),
                field_tolerances=_field_tolerances(reference.result)))
    golden = dict(
        format=FORMAT, image='image.png', reference=made_with, stages=stages)
    return golden, data


def _made_with(codebase: Codebase) -> dict:
    """Return the versions of the reference."""
    version = get_codebase_version()[codebase.value]
    return dict(
        framework=f'pytorch {torch.__version__}',
        codebase=f'{codebase.value} {version}')


def write_golden(deploy_cfg: str | mmcv.Config,
                 model_cfg: str | mmcv.Config,
                 checkpoint: str | None, img: str | Any,
                 work_dir: str, task_processor: BaseTask | None = None) -> str:
    """Write `<work_dir>/golden/`, whole or not at all.

    Args:
        deploy_cfg: deploy config.
        model_cfg: config of the model.
        checkpoint: weights.
        img: sample image, path or pixels in BGR order.
        work_dir: folder of the SDK model.
        task_processor: the task processor on the CPU, if it is built already.

    Returns:
        The folder.
    """
    deploy_cfg, model_cfg = load_config(deploy_cfg, model_cfg)
    task = task_processor or build_task_processor(model_cfg, deploy_cfg, 'cpu')
    png = encode_image(mmcv.imread(img))
    image = mmcv.imfrombytes(png)
    reference = run_reference(task, checkpoint, image)
    tasks = get_pipeline(deploy_cfg, model_cfg, work_dir,
                         task)['pipeline']['tasks']
    golden, tensors = build_golden(reference, tasks, _made_with(get_codebase(deploy_cfg)), len(png))
    folder = osp.join(work_dir, 'golden')
    make_folder(work_dir)
    temporary = tempfile.mkdtemp(prefix='golden.', dir=work_dir)
    try:
        os.chmod(temporary, 0o755)
        contents = {
            'image.png': png,
            'tensors.npz': tensors,
            'golden.json': json.dumps(golden, indent=2).encode()
        }
        for name, content in contents.items():
            with open(osp.join(temporary, name), 'wb') as file:
                file.write(content)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder
