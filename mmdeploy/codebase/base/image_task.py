"""What the task processors of code bases for images have in common."""
import os.path as osp
from abc import abstractmethod
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import mmcv
import numpy as np
import torch

from .checkpoint import check_checkpoint
from .task import BaseTask

Images = str | np.ndarray | Sequence[str | np.ndarray]


def as_list(imgs: Images) -> list[str | np.ndarray]:
    """Return one or several images of one kind as a list."""
    if isinstance(imgs, str | np.ndarray):
        imgs = [imgs]
    assert len(imgs) > 0 and (
        all(isinstance(img, str) for img in imgs) or all(isinstance(img, np.ndarray) for img in imgs)), (
            'imgs must be strings or numpy arrays')
    return list(imgs)


def check_images(imgs: Sequence[str | np.ndarray]) -> None:
    """Check that images can be read.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is empty, or no image that OpenCV knows.
    """
    for img in imgs:
        if not isinstance(img, str):
            continue
        if not osp.isfile(img):
            raise FileNotFoundError(f"image '{img}': there is no such file")
        if osp.getsize(img) == 0:
            raise ValueError(f"image '{img}' cannot be read: the file is empty")
        if mmcv.imread(img) is None:
            raise ValueError(f"image '{img}' cannot be read, expected a file that OpenCV knows, e.g. PNG or JPEG")


class ImageTask(BaseTask):
    """A task processor of models that take images, built and drawn in the usual ways of mmcv's code bases.

    A subclass says how its models are preprocessed and converted; what differs more overrides a method.
    """

    @abstractmethod
    def get_test_pipeline(self, imgs: Sequence, input_shape: Sequence[int] | None) -> list[dict]:
        """Return the steps from images to the network's input.

        Args:
            imgs: paths, which the steps load, or pixels.
            input_shape: [width, height] of a static input.
        """

    @abstractmethod
    def build_model_of_files(self, model_files: Sequence[str] | None, **kwargs) -> torch.nn.Module:
        """Load a converted model."""

    def init_backend_model(self, model_files: Sequence[str] | None = None, **kwargs) -> torch.nn.Module:
        return self.build_model_of_files(model_files, **kwargs).eval()

    def init_pytorch_model(self,
                           model_checkpoint: str | None = None,
                           cfg_options: dict | None = None,
                           **kwargs) -> torch.nn.Module:
        init = self.codebase_class.get_init_model(self.from_mmrazor)
        model = init(deepcopy(self.model_cfg), model_checkpoint, self.device, cfg_options)
        if model_checkpoint is not None:
            check_checkpoint(model, model_checkpoint)
        return model.eval()

    def create_input(self,
                     imgs: Images,
                     input_shape: Sequence[int] | None = None) -> tuple[dict, list[torch.Tensor]]:
        """Preprocess images, which make one batch.

        Returns:
            Keyword arguments of the model, and a list with the tensor [B, C, H, W].
        """
        from mmcv.parallel import collate
        imgs = as_list(imgs)
        check_images(imgs)
        pipeline = self.codebase_class.compose(self.get_test_pipeline(imgs, input_shape))
        samples = [pipeline(self.get_sample(img)) for img in imgs]
        try:
            data = collate(samples, samples_per_gpu=len(samples))
        except (RuntimeError, AssertionError) as error:
            tensors = [self.get_batch_tensor(sample) for sample in samples]
            shapes = [list(np.shape(getattr(tensor, 'data', tensor))) for tensor in tensors]
            raise ValueError(f'images of one batch have different shapes {shapes} after the test pipeline; give one '
                             'image, or make the pipeline give one size') from error
        return self.to_device(data)

    def get_sample(self, img: str | np.ndarray) -> dict:
        """Return what the test pipeline starts from."""
        if isinstance(img, str):
            return dict(img_info=dict(filename=img), img_prefix=None)
        return dict(img=img)

    def get_batch_tensor(self, sample: dict) -> Any:
        """Return what the images of a batch must agree in the shape of."""
        return sample['img']

    @abstractmethod
    def to_device(self, data: dict) -> tuple[dict, list[torch.Tensor]]:
        """Return a collated batch on the device of the task, as arguments of the model, and its tensors."""

    def visualize(self,
                  model: torch.nn.Module,
                  image: str | np.ndarray,
                  result: Any,
                  output_file: str,
                  window_name: str = '',
                  show_result: bool = False,
                  **kwargs) -> None:
        model.show_result(
            image,
            result,
            show=show_result,
            win_name=window_name,
            out_file=None if show_result else output_file,
            **kwargs)

    @staticmethod
    def get_partition_cfg(partition_type: str, **kwargs) -> list[dict]:
        raise NotImplementedError('Not supported yet.')
