"""Order of data sets: images of one size in a row keep buffers in place."""
from typing import Any


def is_can_sort_dataset(dataset: Any) -> bool:
    """Tell whether the items of a data set know their height and width."""
    infos = getattr(dataset, 'data_infos', None)
    return bool(infos) and all('height' in info and 'width' in info for info in infos)


def sort_dataset(dataset: Any) -> Any:
    """Sort a data set by (height, width) in place and return it; `img_ids` follows where the items have ids."""
    dataset.data_infos.sort(key=lambda info: (info['height'], info['width']))
    if all('id' in info for info in dataset.data_infos):
        dataset.img_ids = [info['id'] for info in dataset.data_infos]
    return dataset
