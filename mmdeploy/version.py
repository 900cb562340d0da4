"""Release of this package.

The level of the SDK model format is a separate number: see
`mmdeploy.backend.sdk.export_info`.
"""

__version__ = '0.7.0'
short_version = __version__


def parse_version_info(version_str: str) -> tuple:
    """Split a version into its parts.

    Args:
        version_str: e.g. `'0.7.0'` or `'1.0.0rc1'`.

    Returns:
        Integers; a release candidate ends with the string `'rc<N>'`.
    """
    parts = []
    for part in version_str.split('.'):
        number, _, candidate = part.partition('rc')
        if number.isdigit():
            parts.append(int(number))
        if candidate:
            parts.append(f'rc{candidate}')
    return tuple(parts)


version_info = parse_version_info(__version__)
