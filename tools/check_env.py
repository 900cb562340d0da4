"""Prints the versions of what a conversion depends on.

    python tools/check_env.py
"""
import os.path as osp
import subprocess

from mmcv.utils import collect_env as collect_base_env

import mmdeploy
from mmdeploy.backend.base import get_backend_manager, list_backends
from mmdeploy.utils import Backend, get_codebase_version, get_root_logger


def _git_hash() -> str:
    """Return the first 7 digits of the commit, '' without a repository."""
    root = osp.dirname(osp.dirname(osp.abspath(__file__)))
    result = subprocess.run(['git', 'rev-parse', 'HEAD'],
                            cwd=root,
                            capture_output=True,
                            text=True,
                            check=False)
    return result.stdout[:7]


def main() -> None:
    logger = get_root_logger()
    logger.info('\n')
    logger.info('**********Environmental information**********')
    for name, value in collect_base_env().items():
        logger.info(f'{name}: {value}')
    logger.info(f'MMDeploy: {mmdeploy.__version__}+{_git_hash()}')

    logger.info('\n')
    logger.info('**********Backend information**********')
    for name in list_backends():
        manager = get_backend_manager(Backend.get(name))
        logger.info(f'{name}: {manager.get_version()}\t'
                    f'ops_is_avaliable : {manager.is_custom_ops_available()}')

    logger.info('\n')
    logger.info('**********Codebase information**********')
    for name, version in get_codebase_version().items():
        logger.info(f'{name}:\t{version}')


if __name__ == '__main__':
    main()
