"""Imports the folder of a code base on demand."""
import importlib
import importlib.util

from mmdeploy.utils import Codebase

# Code bases whose rewrites a code base needs as well.
extra_dependent_library = {
    Codebase.MMOCR: ['mmdet'],
    Codebase.MMROTATE: ['mmdet'],
}


def import_codebase(codebase: Codebase) -> None:
    """Import the task processors and rewrites of a code base.

    Raises:
        ImportError: the code base, or one that it needs, is not installed, or lacks the operators of mmcv.
    """
    libraries = [codebase.value] + extra_dependent_library.get(codebase, [])
    for library in libraries:
        if not importlib.util.find_spec(library):
            raise ImportError(f'{library} has not been installed. Import '
                              f'mmdeploy.codebase.{codebase.value} failed.')
        try:
            importlib.import_module(f'mmdeploy.codebase.{library}')
        except ModuleNotFoundError as error:
            if error.name != 'mmcv._ext':
                raise
            raise ImportError(
                f'{library} uses compiled operators of mmcv, and the mmcv that is installed has none (mmcv._ext is '
                'missing): install mmcv-full in its place ("./dev build" does)') from error
