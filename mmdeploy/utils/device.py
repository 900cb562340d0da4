"""Device strings such as `cpu`, `cuda` and `cuda:1`."""
import re


def parse_device_type(device: str) -> str:
    """Return the kind of device, `cuda` of `cuda:1`."""
    return device.partition(':')[0]


def parse_device_id(device: str) -> int | None:
    """Return -1 for the CPU, the index of a CUDA device, None otherwise."""
    if device == 'cpu':
        return -1
    if 'cuda' in device:
        return parse_cuda_device_id(device)
    return None


def parse_cuda_device_id(device: str) -> int:
    """Return the index in `cuda[:index]`; 0 when it is left out.

    Raises:
        AssertionError: `device` is not of that form.
    """
    match = re.fullmatch(r'cuda(?::(\d+))?', device)
    assert match, f'device is {device!r}, allowed is "cuda" or "cuda:<index>"'
    return int(match.group(1) or 0)
