"""Options of the Model Optimizer, as deploy configs spell them."""
from collections.abc import Mapping
from typing import Any


class ModelOptimizerOptions:
    """Options for the conversion to OpenVINO.

    Args:
        mo_options: `args`, a dict of options with values, e.g.
            `{'--mean_values': [0, 0, 0]}`, and `flags`, a list of options
            without; both may be left out.

    Raises:
        ValueError: another key than these.
    """

    def __init__(self, mo_options: Mapping[str, Any] | None = None):
        options = dict(mo_options or {})
        self.args: dict[str, Any] = dict(options.pop('args', None) or {})
        self.flags: list[str] = list(options.pop('flags', None) or [])
        if options:
            raise ValueError(
                f'mo_options has the keys {sorted(options)}, allowed: "args" '
                'for options with values, "flags" for options without')

    def get_options(self) -> str:
        """Return the options as one would type them in a shell."""
        words = [
            f'{name}="{value}"'
            if isinstance(value, list | tuple) else f'{name}={value}'
            for name, value in self.args.items()
        ]
        return ' '.join(words + self.flags)

    def get_engine_options(self) -> dict[str, str]:
        """Return the options as the C++ engine takes them."""
        options = {name: str(value) for name, value in self.args.items()}
        options.update((flag, '') for flag in self.flags)
        return options
