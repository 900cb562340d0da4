"""A function of mmocr 0.6.3 that fetches a font from the network, and fails with Pillow 10 if it has it."""
import functools
import os.path as osp
from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from mmdeploy.utils import get_root_logger


def _fonts() -> Iterator[str]:
    """Yield files of fonts: that which somebody gave mmocr, matplotlib's own, those of the system."""
    import matplotlib
    from matplotlib import font_manager
    from mmocr.core import visualize
    of_mmocr = osp.join(osp.dirname(visualize.__file__), 'font.TTF')
    if osp.isfile(of_mmocr):
        yield of_mmocr
    yield osp.join(matplotlib.get_data_path(), 'fonts/ttf/DejaVuSans.ttf')
    yield from sorted({font.fname for font in font_manager.fontManager.ttflist})


def find_font(text: str) -> tuple[str, str]:
    """Return the file of a font that has most of the symbols of a text, and the symbols that it lacks."""
    from matplotlib.ft2font import FT2Font
    symbols = {symbol for symbol in text if not symbol.isspace()}
    best, lacking = '', symbols
    for path in _fonts():
        try:
            known = FT2Font(path).get_charmap()
        except (OSError, RuntimeError):  # a font that is gone, or no outlines
            continue
        unknown = {symbol for symbol in symbols if ord(symbol) not in known}
        if not best or len(unknown) < len(lacking):
            best, lacking = path, unknown
        if not unknown:
            break
    return best, ''.join(sorted(lacking))


def draw_text(height: int, width: int, text: str) -> np.ndarray:
    """Return a text, black on a white picture [height, width, 3]; symbols that no font has are boxes, and logged."""
    from PIL import Image, ImageDraw, ImageFont
    path, lacking = find_font(text)
    if lacking:
        get_root_logger().warning(f'no font of this machine has {lacking!r}, which the picture shows as boxes; the '
                                  f'text is {text!r}')
    size = max(1, min(int(0.9 * width / max(1, len(text))), int(0.7 * height)))
    picture = Image.new('RGB', (width, height), (255, 255, 255))
    ImageDraw.Draw(picture).text((1, 1), text, font=ImageFont.truetype(path, size), fill=(0, 0, 0))
    return cv2.cvtColor(np.asarray(picture), cv2.COLOR_RGB2BGR)


def mend_drawing() -> None:
    """Let mmocr draw the text of a word with the fonts of this machine."""
    from mmocr.core import visualize
    original = visualize.draw_texts_by_pil
    if hasattr(original, '__wrapped__'):
        return

    @functools.wraps(original)
    def draw_texts_by_pil(img: np.ndarray, texts: Sequence[str], boxes: Sequence | None = None, *args,
                          **kwargs) -> np.ndarray:
        if boxes is not None or len(texts) != 1 or args or kwargs:
            return original(img, texts, boxes, *args, **kwargs)
        return draw_text(*img.shape[:2], texts[0])

    visualize.draw_texts_by_pil = draw_texts_by_pil
