"""A task processor: what a code base does for one kind of model."""
import copy
from abc import ABCMeta, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import mmcv
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from mmdeploy.utils import (
    SDK_TASK_MAP,
    get_backend_config,
    get_codebase,
    get_codebase_config,
    get_ir_config,
    get_partition_config,
    get_root_logger,
    get_task_type,
)
from mmdeploy.utils.dataset import is_can_sort_dataset, sort_dataset

from .disagreement import (
    disagreement_of_labels,
    disagreement_of_numbers,
    is_same_kind,
    is_without_content,
    largest_difference,
)
from .mmcodebase import get_codebase_class


class SDKHead(NamedTuple):
    """The post-processing of a model in the SDK.

    Attributes:
        component: its name in the SDK, e.g. `ResizeBBox`.
        params: what pipeline.json passes to it.
        reads_image: whether it looks at the preprocessed image, beside the outputs of the network.
    """
    component: str
    params: dict
    reads_image: bool = True


class SDKNetwork(NamedTuple):
    """A network of a model in the SDK.

    Attributes:
        name: its name in deploy.json.
        save_file: the exported file that it comes from.
    """
    name: str
    save_file: str


class Labels(NamedTuple):
    """What the labels of a model mean.

    Attributes:
        names: of each label; empty when nobody says.
        palette: colour of each label, [R, G, B]; may be empty.
    """
    names: Sequence[str] = ()
    palette: Sequence[Sequence[int]] = ()


class BaseTask(metaclass=ABCMeta):
    """Base of all task processors.

    Args:
        model_cfg: config of the model, loaded.
        deploy_cfg: deploy config, loaded.
        device: where PyTorch and the engine run.
    """

    def __init__(self, model_cfg: mmcv.Config, deploy_cfg: mmcv.Config,
                 device: str):
        self.model_cfg = model_cfg
        self.deploy_cfg = deploy_cfg
        self.device = device
        self.codebase_class = get_codebase_class(get_codebase(deploy_cfg))
        self._pytorch_models: dict[str | None, torch.nn.Module] = {}

    @property
    def from_mmrazor(self) -> bool:
        """Tell whether the model was pruned or searched with mmrazor."""
        value = get_codebase_config(self.deploy_cfg).get('from_mmrazor', False)
        if not isinstance(value, bool):
            raise TypeError('`from_mmrazor` attribute must be boolean type! '
                            f'but got: {value}')
        return value

    @abstractmethod
    def init_backend_model(self,
                           model_files: Sequence[str] | None = None,
                           **kwargs) -> torch.nn.Module:
        """Load the converted model."""

    @abstractmethod
    def init_pytorch_model(self,
                           model_checkpoint: str | None = None,
                           cfg_options: dict | None = None,
                           **kwargs) -> torch.nn.Module:
        """Build the original model in eval mode."""

    def copy_pytorch_model(self, model_checkpoint: str | None = None) -> torch.nn.Module:
        """Return a copy, which may be rewritten, of the original model; its checkpoint is loaded once."""
        if model_checkpoint not in self._pytorch_models:
            self._pytorch_models[model_checkpoint] = self.init_pytorch_model(model_checkpoint)
        return copy.deepcopy(self._pytorch_models[model_checkpoint])

    def build_dataset(self,
                      dataset_cfg: str | mmcv.Config,
                      dataset_type: str = 'val',
                      is_sort_dataset: bool = True,
                      **kwargs) -> Dataset:
        """Return a data set; `backend_config.pipeline` replaces its own.

        Args:
            dataset_cfg: model config; not modified.
            dataset_type: part of `data`.
            is_sort_dataset: put images of one size in a row, if possible.
        """
        pipeline = get_backend_config(self.deploy_cfg).get('pipeline', None)
        if pipeline is not None:
            dataset_cfg = copy.deepcopy(dataset_cfg)
            dataset_cfg.data[dataset_type].pipeline = copy.deepcopy(pipeline)
        dataset = self.codebase_class.build_dataset(dataset_cfg, dataset_type,
                                                    **kwargs)
        if is_sort_dataset:
            if is_can_sort_dataset(dataset):
                sort_dataset(dataset)
            else:
                get_root_logger().info(
                    "Sorting the dataset by 'height' and 'width' is not "
                    'possible.')
        return dataset

    def build_dataloader(self, dataset: Dataset, samples_per_gpu: int,
                         workers_per_gpu: int, **kwargs) -> DataLoader:
        """Return a loader of a data set."""
        return self.codebase_class.build_dataloader(dataset, samples_per_gpu,
                                                    workers_per_gpu, **kwargs)

    def single_gpu_test(self,
                        model: torch.nn.Module,
                        data_loader: DataLoader,
                        show: bool = False,
                        out_dir: str | None = None,
                        **kwargs) -> list:
        """Run a model on a data set and return its results."""
        return self.codebase_class.single_gpu_test(model, data_loader, show,
                                                   out_dir, **kwargs)

    @abstractmethod
    def create_input(self,
                     imgs: str | np.ndarray | Sequence,
                     input_shape: Sequence[int] | None = None,
                     **kwargs) -> tuple[dict, torch.Tensor]:
        """Preprocess images.

        Args:
            imgs: paths or arrays [H, W, C].
            input_shape: [width, height] of a static input.

        Returns:
            Keyword arguments of the model, and its input tensors.
        """

    @abstractmethod
    def visualize(self,
                  model: torch.nn.Module,
                  image: str | np.ndarray,
                  result: Any,
                  output_file: str,
                  window_name: str = '',
                  show_result: bool = False,
                  **kwargs) -> None:
        """Draw a result; shown on the screen, or else written to a file."""

    @staticmethod
    @abstractmethod
    def run_inference(model: torch.nn.Module,
                      model_inputs: dict[str, torch.Tensor]) -> list:
        """Run a model on what `create_input` returned first."""

    @staticmethod
    @abstractmethod
    def get_partition_cfg(partition_type: str, **kwargs) -> list[dict]:
        """Return how a model of this task is cut."""

    @staticmethod
    @abstractmethod
    def get_tensor_from_input(input_data: dict[str, Any],
                              **kwargs) -> torch.Tensor:
        """Return the image tensor of a sample of the data set."""

    @staticmethod
    @abstractmethod
    def evaluate_outputs(model_cfg: mmcv.Config,
                         outputs: Sequence,
                         dataset: Dataset,
                         metrics: list[str] | None = None,
                         out: str | None = None,
                         metric_options: dict | None = None,
                         format_only: bool = False,
                         log_file: str | None = None,
                         **kwargs) -> None:
        """Log the metrics of results, and write them to a file."""

    @abstractmethod
    def get_preprocess(self) -> list[dict]:
        """Return the transforms for the SDK."""

    @abstractmethod
    def get_postprocess(self) -> dict:
        """Return the parameters of the SDK's post-processing."""

    @abstractmethod
    def get_model_name(self) -> str:
        """Return the model's name in the SDK."""

    def get_sdk_head(self) -> SDKHead:
        """Return the SDK's post-processing: the task's usual component with `get_postprocess`."""
        return SDKHead(SDK_TASK_MAP[get_task_type(self.deploy_cfg)]['component'], copy.deepcopy(self.get_postprocess()))

    def name_inputs(self, inputs: torch.Tensor | Sequence[torch.Tensor]) -> dict[str, torch.Tensor]:
        """Return the tensors of `create_input` by the names of the exported network's inputs."""
        tensors = [inputs] if isinstance(inputs, torch.Tensor) else list(inputs)
        names = get_ir_config(self.deploy_cfg).get('input_names', None) or ['input']
        if len(names) != len(tensors):
            raise ValueError(f'deploy config: onnx_config.input_names names {len(names)} inputs ({", ".join(names)}), '
                             f'the model takes {len(tensors)}')
        return dict(zip(names, tensors, strict=True))

    def check_convertible(self) -> None:  # noqa: B027  # most tasks know nothing
        """Find what cannot be converted before anything is; by default nothing is known.

        Raises:
            ValueError: the configs do not fit together.
            NotImplementedError: the engine cannot run such a model.
        """

    def compare_outputs(self, expected: dict[str, np.ndarray], found: dict[str, np.ndarray]) -> list[tuple[str, str]]:
        """Return how far the outputs of an engine are from those of PyTorch, as names and values to show.

        The relative difference is that of the largest absolute value, because values near 0 have no meaningful ratio.

        Args:
            expected: outputs of the rewritten model in PyTorch, by name.
            found: those of the engine, of the same names.

        Raises:
            ValueError: they cannot be the same outputs.
        """
        rows = []
        for name, want in expected.items():
            got = found[name]
            if want.shape != got.shape:
                raise ValueError(f'output {name!r} has shape {list(got.shape)} in the engine and {list(want.shape)} in '
                                 'PyTorch')
            if not is_same_kind(want, got):
                counts = [np.count_nonzero(~np.isfinite(values)) for values in (got, want)]
                raise ValueError(f'output {name!r} of the engine is not finite where that of PyTorch is, or the other '
                                 'way round (not finite are {} and {} values)'.format(*counts))
            difference, scale = largest_difference(want, got)
            rows.append((f'max difference from PyTorch: {name}',
                         f'{difference:.3g} (relative {difference / scale if scale else 0.0:.3g})'))
        return rows

    def measure_disagreement(self, expected: dict[str, np.ndarray], found: dict[str, np.ndarray]) -> float:
        """Return how far the outputs of an engine are from those of PyTorch: 0 for equal ones, about 1 for others.

        Of numbers it is the largest difference, relative to the largest absolute value, of maps [N, C, H, W] in each
        channel; of labels the share of those that differ, of maps also of each label's pixels that are elsewhere.

        Args:
            expected, found: see `compare_outputs`, which has accepted them.
        """
        worst = 0.0
        for name, want in expected.items():
            is_number = np.issubdtype(want.dtype, np.floating)
            measure = disagreement_of_numbers if is_number else disagreement_of_labels
            worst = max(worst, measure(want, found[name]))
        return worst

    def finds_nothing(self, outputs: dict[str, np.ndarray]) -> bool:
        """Tell whether outputs say nothing, so that equal ones prove nothing: only zeros, or one label everywhere.

        Args:
            outputs: of PyTorch or an engine, by name.
        """
        return all(is_without_content(output) for output in outputs.values())

    def compare_results(self, expected: Sequence, found: Sequence) -> list[tuple[str, str]] | None:
        """Return how far the results of an engine for a data set are from those of PyTorch, as names and values.

        None where the results are scores of labels, which `tools/test.py` compares itself.
        """
        return None

    def get_sdk_save_file(self) -> str:
        """Return the exported file that becomes the network of the SDK model.

        Raises:
            NotImplementedError: the SDK has no steps for what lies between the parts of a model that is cut.
        """
        partition = get_partition_config(self.deploy_cfg)
        if partition is not None:
            raise NotImplementedError(
                f'a model that is cut as {partition.get("type")!r} does not run in the SDK; leave out '
                'partition_config, or --dump-info')
        return get_ir_config(self.deploy_cfg)['save_file']

    def get_sdk_networks(self) -> list[SDKNetwork]:
        """Return the networks of the SDK model: one, unless the model is cut in several."""
        return [SDKNetwork(self.get_model_name(), self.get_sdk_save_file())]

    def get_sdk_steps(self, net: dict) -> list[dict]:
        """Return the tasks of pipeline.json between preprocessing and the head.

        Args:
            net: the task that runs the first network, from `prep_output` to `infer_output`.

        Returns:
            Tasks, the last of which gives the `infer_output` that the head reads.
        """
        return [net]

    def get_sdk_customs(self) -> dict[str, bytes]:
        """Return further files of the SDK model, by name."""
        return {}

    def get_labels(self) -> Labels:
        """Return what the labels mean, for pictures and messages."""
        return Labels()

    def get_reference_steps(self, outputs: dict[str, np.ndarray],
                            marked: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
        """Return what the tasks of `get_sdk_steps` give, by name of the task; those left out are not compared.

        Args:
            outputs: of the rewritten model, by name, for one image.
            marked: what passed its marks, if it is cut: by mark and name, as in `multiclass_nms[0]:input/scores`.
        """
        # A model that is cut ends elsewhere than the one that ran.
        return {self.get_model_name(): outputs} if get_partition_config(self.deploy_cfg) is None else {}

    def get_ranked_steps(self) -> Sequence[str]:
        """Return the steps whose rows stand by their scores, where two that are nearly equal may swap."""
        return ()

    def get_reference_result(self, outputs: dict[str, np.ndarray], img_metas: dict) -> tuple[str, list[dict] | dict]:
        """Return what the SDK answers for outputs of the network.

        Written to the golden data of an SDK model.

        Args:
            outputs: of the network, by name, for one image.
            img_metas: what the test pipeline noted of the image.

        Returns:
            The name of the result type (`type` of a `mmdeploy/task/<task>/task.yaml`), and the fields of each result
            of the image, or of its only one. A mask, map or image is an array.
        """
        raise NotImplementedError(
            f'{type(self).__name__} has no reference of the SDK result')
