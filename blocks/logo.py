"""A tenant's logo: an object below the tenant's own folder, or a picture on an allowed host."""

import hashlib

from blocks.services import Services
from imaging.cards.logo import MAX_PIXELS
from imaging.cards.svg import draw_svg, is_svg
from imaging.errors import BadPicture, InvalidInput, ProviderError, TooLarge, UnsafeDownload
from imaging.pictures.picture import inspect


def load_logo(services: Services, user_id: str, logo: str) -> bytes:
    """Return the bytes of the logo that `brand.logo` names.

    Raises InvalidInput when there is none or it is not a picture, StorageError when the bucket cannot be read.
    """
    try:
        data = _read(services, user_id, logo)
        if is_svg(data):
            draw_svg(data, MAX_PIXELS)
        else:
            inspect(data, min(services.settings.images_max_pixels, MAX_PIXELS))
    except (UnsafeDownload, ProviderError, BadPicture, TooLarge, ValueError) as error:
        raise InvalidInput(f"brand.logo: {error}") from None
    return data


def logo_sha256(services: Services, user_id: str, logo: str) -> str:
    """Return the hex SHA-256 of the logo, so that a changed logo makes a changed card. Raises as `load_logo`."""
    return hashlib.sha256(load_logo(services, user_id, logo)).hexdigest()


def _read(services: Services, user_id: str, logo: str) -> bytes:
    if "://" in logo:
        return services.downloader.fetch(logo)
    # With or without the tenant in front, a key stays below the tenant's own folder.
    key = f"{user_id}/{logo.removeprefix(f'{user_id}/')}"
    data = services.store.get(key, services.settings.images_max_bytes)
    if data is None:
        raise InvalidInput(f"brand.logo: there is no object {key}; upload it, or leave the logo out")
    return data
