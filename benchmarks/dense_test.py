"""The benchmark of dense outputs compares equal results."""
from benchmarks import dense


def test_label_maps_and_frames_are_those_of_the_user(tmp_path):
    """The functions compare before they take times."""
    for row in (dense.segment(tmp_path, 1, with_scores=False), dense.restore(tmp_path, 1)):
        assert {'name', 'limit', 'ours', 'theirs'} == set(row)
