"""The symbols of a recogniser as a file of its SDK model."""
from typing import Any

DICT_FILE = 'dict_file.txt'


def get_sdk_dictionary(convertor: Any) -> bytes:
    """Return one symbol per line, in the order of their indices.

    The symbols that a convertor puts around its dictionary, e.g. CTC's blank, the SDK makes of the parameters.
    """
    own = {convertor.unknown_idx, convertor.padding_idx, convertor.start_idx, convertor.end_idx}
    symbols = [symbol for i, symbol in enumerate(convertor.idx2char) if i not in own]
    return ''.join(f'{symbol}\n' for symbol in symbols).encode()
