"""Rewrites of methods serve the classes they were checked for."""
import importlib

import pytest

from mmdeploy.core.rewriters.function_rewriter import FunctionRewriter
from mmdeploy.core.rewriters.rewriter_manager import FUNCTION_REWRITER
from mmdeploy.core.rewriters.rewriter_utils import collect_env, import_function
from mmdeploy.core.rewriters.served import NotServedError
from mmdeploy.utils import IR, Backend

HERE = __name__


class Base:
    factor = 2

    def result(self, x):
        return self.decode(x) + self.bias

    def decode(self, x):
        return self.factor * x

    @property
    def bias(self):
        return 1

    def unrelated(self):
        return 0


class Plain(Base):
    factor = 3

    def unrelated(self):
        return 1


class OtherDecoding(Base):
    def decode(self, x):
        return x - 1


class OtherBias(Plain):
    @property
    def bias(self):
        return 5


class OtherResult(Base):
    def result(self, x):
        return 0


def rewritten(classes):
    """Return a context in which the method gives what was there plus 100."""
    rewriter = FunctionRewriter()

    @rewriter.register_rewriter(f'{HERE}.Base.result', classes=[f'{HERE}.{name}' for name in classes])
    def rewrite(ctx, self, x):
        return ctx.origin_func(self, x) + 100

    rewriter.enter({}, collect_env(Backend.DEFAULT, IR.DEFAULT))
    return rewriter


def test_listed_classes_and_subclasses_that_change_nothing_of_it():
    rewriter = rewritten(['Base'])
    try:
        assert Base().result(2) == 105 and Plain().result(2) == 107
        assert OtherResult().result(2) == 0  # has a method of its own: not rewritten at all
        for cls in (OtherDecoding, OtherBias):
            with pytest.raises(NotServedError, match=f'{cls.__name__} cannot be converted: the rewrite of .*result '
                               "gives the right numbers for Base and .* register a rewrite of '.*result' for it"):
                cls().result(2)
    finally:
        rewriter.exit()
    assert OtherDecoding().result(2) == 2


def test_a_base_class_that_is_not_listed():
    rewriter = rewritten(['Plain', 'Missing'])
    try:
        assert Plain().result(2) == 107
        for cls in (Base, OtherDecoding, OtherBias):
            with pytest.raises(NotServedError, match='Plain, Missing'):
                cls().result(2)
    finally:
        rewriter.exit()


# They call what was there, or only what every subclass has to have.
ANY_CLASS = {
    'mmcls.models.classifiers.BaseClassifier.forward', 'mmdet.models.detectors.base.BaseDetector.forward',
    'mmdet.models.detectors.rpn.RPN.simple_test',
    'mmdet.models.detectors.single_stage.SingleStageDetector.simple_test',
    'mmdet.models.detectors.two_stage.TwoStageDetector.extract_feat',
    'mmdet.models.detectors.two_stage.TwoStageDetector.simple_test',
    'mmdet.models.roi_heads.bbox_heads.bbox_head.BBoxHead.forward',
    'mmdet.models.roi_heads.bbox_heads.convfc_bbox_head.ConvFCBBoxHead.forward'
}


def test_rewrites_of_code_bases_name_their_classes():
    importlib.import_module('mmdeploy.codebase.mmcls')
    importlib.import_module('mmdeploy.codebase.mmdet')
    missing = []
    for path, records in FUNCTION_REWRITER._registry._rewrite_records.items():
        if not path.startswith(('mmcls.', 'mmdet.')) or import_function(path)[1] is None:
            continue
        if path not in ANY_CLASS and any('classes' not in record for record in records):
            missing.append(path)
    assert not missing
