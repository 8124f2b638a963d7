"""A tenant's logo and font: objects below the tenant's own folder; a logo may also be a picture on an allowed host."""

import hashlib

from blocks.network.data_uris import bytes_in, is_data_uri
from blocks.services import Services
from imaging.cards.logos.logo import MAX_PIXELS
from imaging.cards.logos.svg import draw_svg, is_svg
from imaging.errors import BadPicture, InvalidInput, ProviderError, TooLarge, UnsafeDownload
from imaging.pictures.picture import inspect
from imaging.typesetting.own_font import plain_font


def load_logo(services: Services, user_id: str, logo: str) -> bytes:
    """Return the bytes of the logo that `brand.logo` names, of some seconds ago at most.

    Raises InvalidInput when there is none or it is not a picture, StorageError when the bucket cannot be read.
    """
    return services.remembered.get(("logo", user_id, logo), lambda: _loaded_logo(services, user_id, logo))


def logo_sha256(services: Services, user_id: str, logo: str) -> str:
    """Return the hex SHA-256 of the logo, so that a changed logo makes a changed card. Raises as `load_logo`."""
    return hashlib.sha256(load_logo(services, user_id, logo)).hexdigest()


def load_font(services: Services, user_id: str, font: str) -> bytes:
    """Return the bytes of the tenant's font, of some seconds ago at most. Raises as `load_logo`."""
    return services.remembered.get(("font", user_id, font), lambda: _loaded_font(services, user_id, font))


def font_sha256(services: Services, user_id: str, font: str) -> str:
    """Return the hex SHA-256 of the font, so that a changed font makes a changed card. Raises as `load_font`."""
    return hashlib.sha256(load_font(services, user_id, font)).hexdigest()


def asset_bytes(services: Services, user_id: str, place: str, field: str) -> bytes:
    """Return the bytes at an https URL, in a `data:` URL, or under a key of the tenant's folder.

    Raises InvalidInput naming the `field`, StorageError.
    """
    try:
        return _read(services, user_id, place, field)
    except (UnsafeDownload, ProviderError, BadPicture, TooLarge) as error:
        raise InvalidInput(f"{field}: {error}") from None


def asset_key(user_id: str, place: str) -> str:
    """Return the whole key: with or without the tenant in front, it stays below the tenant's own folder."""
    return f"{user_id}/{place.removeprefix(f'{user_id}/')}"


def _loaded_logo(services: Services, user_id: str, logo: str) -> bytes:
    data = asset_bytes(services, user_id, logo, "brand.logo")
    try:
        if is_svg(data):
            draw_svg(data, MAX_PIXELS)
        else:
            inspect(data, min(services.settings.images_max_pixels, MAX_PIXELS))
    except (BadPicture, ValueError) as error:
        raise InvalidInput(f"brand.logo: {error}") from None
    return data


def _loaded_font(services: Services, user_id: str, font: str) -> bytes:
    try:
        return plain_font(asset_bytes(services, user_id, font, "brand.font"))
    except ValueError as error:
        raise InvalidInput(f"brand.font: {error}") from None


def _read(services: Services, user_id: str, place: str, field: str) -> bytes:
    if is_data_uri(place):
        return bytes_in(place, services.settings.images_max_bytes)
    if "://" in place:
        return services.downloader.fetch(place)
    key = asset_key(user_id, place)
    data = services.store.get(key, services.settings.images_max_bytes)
    if data is None:
        raise InvalidInput(f"{field}: there is no object {key}; upload it, or leave the field out")
    return data
