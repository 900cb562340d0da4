"""What is refused because no rewrite lets it answer for a batch, and what is named instead."""
import pytest

from mmdeploy.core.rewriters import rewritten
from mmdeploy.core.rewriters.function_rewriter import FunctionRewriter
from mmdeploy.core.rewriters.rewritten import check_rewritten
from mmdeploy.core.rewriters.served import NotServedError

HERE = __name__


class Detector:
    def result(self):
        return 0


class Mine(Detector):
    __module__ = '__main__'

    def result(self):
        return 1


class Other:
    __module__ = '__main__'

    def result(self):
        return 2


def test_classes_of_the_first_base_with_rewrites_are_named(monkeypatch):
    rewriter = FunctionRewriter()
    monkeypatch.setattr(rewritten, 'FUNCTION_REWRITER', rewriter)

    @rewriter.register_rewriter(f'{HERE}.Detector.result', classes=[f'{HERE}.Detector'])
    def rewrite(ctx, self):
        return 100

    with pytest.raises(NotServedError, match=r"__main__\.Mine cannot be .* batch; supported: Detector; or register a "
                       r"rewrite of '__main__\.Mine\.result'$"):
        check_rewritten(Mine(), 'result')
    with pytest.raises(NotServedError, match=r"batch; register a rewrite of '__main__\.Other\.result'$"):
        check_rewritten(Other(), 'result')
