"""Pictures that come in Base64 within a JSON answer, as some image models on Chutes answer."""

import json

from blocks.network.data_uris import bytes_in, is_data_uri
from blocks.vendors.answers.prediction_output import texts_in
from imaging.errors import BadPicture, UnsafeDownload
from imaging.pictures.anatomy import type_by_beginning
from imaging.pictures.picture import MAX_BYTES

_JSON = (b"{", b"[", b'"')


def embedded_picture(answer: bytes) -> bytes | None:
    """Return the first picture in a JSON answer, None where there is none, as in an answer that is itself a picture."""
    if not answer[:64].lstrip().startswith(_JSON):
        return None
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return None
    return next((data for text in texts_in(said) if type_by_beginning(data := _decoded(text))), None)


def _decoded(text: str) -> bytes:
    try:
        return bytes_in(text if is_data_uri(text) else f"data:;base64,{text}", MAX_BYTES)
    except (BadPicture, UnsafeDownload):
        return b""
