"""The benchmark of text compares equal results."""
from benchmarks import ocr


def test_texts_are_those_of_the_user(tmp_path):
    """The functions compare before they take times."""
    for row in (ocr.head(tmp_path, 1), ocr.warp(tmp_path, 1, 5), ocr.page(tmp_path, 1)):
        assert {'name', 'other', 'limit', 'ours', 'theirs'} >= set(row) >= {'name', 'limit', 'ours', 'theirs'}
