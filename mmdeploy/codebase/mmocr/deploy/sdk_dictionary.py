"""The symbols of a recogniser as a file of its SDK model."""
from typing import Any

DICT_FILE = 'dict_file.txt'


def get_sdk_dictionary(convertor: Any) -> bytes:
    """Return one symbol per line, in the order of their indices.

    CTC's blank comes first. What a convertor puts behind the dictionary, the SDK makes of the parameters.
    """
    own = {convertor.unknown_idx, convertor.padding_idx, convertor.start_idx, convertor.end_idx}
    if type(convertor).__name__ == 'CTCConvertor':
        own = {convertor.unknown_idx}
    symbols = [symbol for i, symbol in enumerate(convertor.idx2char) if i not in own]
    return ''.join(f'{symbol}\n' for symbol in symbols).encode()
