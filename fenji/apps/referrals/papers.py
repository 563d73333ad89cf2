"""Photographed papers: only pictures, of a bounded size, re-encoded so that nothing but the picture is kept."""

import io
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from fenji.apps.common.errors import DomainError

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2400  # pixels; a page of text stays legible
READ = ("JPEG", "PNG", "WEBP")


class PaperRefused(DomainError):
    status = 422
    code = "paper_refused"
    message = _("这张图片不能上传。")
    remedy = _("请上传 8 MB 以内的 JPG、PNG 或 WebP 照片。")


@dataclass(frozen=True)
class Paper:
    media_type: str
    content: bytes


def check(content: bytes) -> Paper:
    """The picture as JPEG without metadata (a phone writes the place into it); raises PaperRefused."""
    if len(content) > MOST_BYTES:
        raise PaperRefused(_("图片超过 8 MB。"))
    try:
        with Image.open(io.BytesIO(content), formats=READ) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PaperRefused(_("图片尺寸过大。"))
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture = _upright(image).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PaperRefused(_("文件不是图片，或已损坏。")) from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85, optimize=True)
    return Paper("image/jpeg", out.getvalue())


def _upright(image: Image.Image) -> Image.Image:
    return ImageOps.exif_transpose(image) or image
