"""Recognize a file's format from its first bytes, to report "this is an HTML page" instead of "cannot decode"."""

from typing import Optional

_STARTS = (
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"version https://git-lfs", "a Git LFS pointer (run `git lfs pull` to fetch the file it stands for)"),
    (b"%PDF-", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"II+\0", "a BigTIFF image"),
    (b"MM\0+", "a BigTIFF image"),
    (b"8BPS", "a Photoshop document"),
    (b"\0\0\1\0", "a Windows icon"),
    (b"\xff\x0a", "a JPEG XL image"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL image"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PK\3\4", "a zip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file (a Keras .h5 perhaps)"),
    (b"\x7fELF", "a program"),
    (b"\0\5\x16\7", "an AppleDouble file (macOS's `._` shadow of the real one)"),
    (b"\x1aE\xdf\xa3", "a WebM or Matroska video"),
)
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")


def name_format(data: bytes) -> Optional[str]:
    """Name the format of a file in words with an article, such as "a TIFF image" or "an HTML page".

    Args:
        data: bytes, the beginning of the file; only the first 512 bytes are used.

    Returns:
        str, or None if the format is unknown. BMP's two-letter magic number matches many texts, so a plausible
        header is required as well.
    """
    data = bytes(data[:512])
    if not data:
        return "an empty file"
    for start, name in _STARTS:
        if data.startswith(start):
            return name
    return _container(data) or _markup(data) or _plain(data)


def _container(data: bytes) -> Optional[str]:
    if data[:4] == b"RIFF" and len(data) >= 12:
        return {b"WEBP": "a WebP image", b"AVI ": "an AVI video", b"WAVE": "a WAV sound"}.get(data[8:12], "a RIFF file")
    if data[4:8] == b"ftyp":
        brand = data[8:12]
        if brand in (b"avif", b"avis"):
            return "an AVIF image"
        return "a HEIC image" if brand in _HEIF_BRANDS else "an MP4 or QuickTime video"
    if data[:2] == b"BM" and len(data) >= 18 and data[15:18] == b"\0\0\0":
        return "a BMP image"
    if data[4:8] == b"TFL3":
        return "a TensorFlow Lite model"
    return "a tar archive" if data[257:262] == b"ustar" else None


def _markup(data: bytes) -> Optional[str]:
    text = data.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "an HTML page"
    if b"<svg" in text and text.startswith(b"<"):
        return "an SVG drawing"
    if text.startswith((b"<?xml", b"<error")):
        return "an XML document"
    return None


def _plain(data: bytes) -> Optional[str]:
    if not data.strip(b"\0"):
        return "nothing but zero bytes"
    try:
        # 512 bytes may end inside a character, so up to three bad bytes at the end are accepted
        text = data[:-3].decode("utf-8") if len(data) == 512 else data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "text" if all(letter.isprintable() or letter in "\t\r\n\f" for letter in text) else None


def runs_without_tensorflow(path: str) -> bool:
    """Whether the model at ``path`` is a TFLite or ONNX file, by its name or first bytes: neither needs TensorFlow."""
    if path.endswith((".tflite", ".lite", ".onnx")):
        return True
    try:
        with open(path, "rb") as file:
            return file.read(8)[4:] == b"TFL3"
    except OSError:  # a folder, or no such file: the code that opens the model reports it
        return False
