"""Changing a tenant's brand: everything is checked before anything is written, and `brand.json` is written last."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from blocks.brands.assets import asset_bytes, asset_key
from blocks.brands.reading import stored_brand
from blocks.locks.one_at_a_time import one_at_a_time
from blocks.services import Services
from imaging.articles.brand import TenantBrand
from imaging.articles.brand_change import ASSETS, EVERYTHING, Asset, BrandChange, StoredAsset
from imaging.cards.logos.brand_logo import accepted_logo
from imaging.errors import InvalidInput
from imaging.names import keys, lock_names
from imaging.slug import BRANDING
from imaging.typesetting.own_font import accepted_font

UPLOAD = f"{BRANDING}/upload-"
"""Begins the key of a file on its way to become an asset; it is removed once it is one."""
_FONT_TYPES = {".ttf": "font/ttf", ".otf": "font/otf"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """An asset that was checked and cleaned, with what there is to say of it."""

    name: Asset
    data: bytes
    content_type: str
    extension: str
    facts: Mapping[str, object]

    @property
    def place(self) -> str:
        """The key below the tenant's folder."""
        return f"{BRANDING}/{self.name}{self.extension}"

    def described(self, services: Services, key: str) -> StoredAsset:
        """Return the asset as it is stored under `key`."""
        fields = {"name": self.name, "key": key, "url": services.store.url(key), "content_type": self.content_type}
        return StoredAsset.model_validate({**fields, "bytes": len(self.data), **self.facts})


@contextmanager
def one_change_at_a_time(services: Services, user_id: str) -> Iterator[None]:
    """Hold the tenant's brand for the context: two changes at once would lose one of them."""
    with one_at_a_time(lock_names.brand_lock(user_id), services.locks):
        yield


def change_brand(
    services: Services, user_id: str, change: BrandChange, remove: Sequence[str]
) -> tuple[TenantBrand, TenantBrand]:
    """Remove fields and files, then set what changes; return the brand before, and as it is stored now.

    `remove`: names of fields, of files below `branding/`, or "everything". Raises InvalidInput before anything is
    written, StorageError.
    """
    before, readable = _before(services, user_id)
    accepted = _accepted(services, user_id, change)
    fields, files = _removals(services, user_id, before, remove)
    kept = TenantBrand() if EVERYTHING in remove else before.model_copy(update=dict.fromkeys(fields))
    after = change.over(kept, {name: one.place for name, one in accepted.items()})
    for one in accepted.values():
        services.store.put(asset_key(user_id, one.place), one.data, one.content_type, keys.SHORT, {})
    if after != before or not readable:
        _write(services, user_id, after)
    services.remembered.clear()
    unused = _unused(services, user_id, after, change) | files
    for key in unused | ({keys.brand_preview_key(user_id)} if after == TenantBrand() else set()):
        services.store.delete(key)
    return before, after


def brand_assets(services: Services, user_id: str, brand: TenantBrand) -> list[StoredAsset]:
    """Return the brand's assets as they are stored. Raises InvalidInput for one that is none, StorageError."""
    assets = []
    for name in ASSETS:
        if (place := getattr(brand, name)) and "://" not in place:
            data = asset_bytes(services, user_id, place, f"brand.{name}")
            assets.append(_checked(name, data, services).described(services, asset_key(user_id, place)))
    return assets


def upload(services: Services, user_id: str, name: Asset, data: bytes) -> str:
    """Store a file that is to become an asset, and return its key below the tenant's folder.

    Raises InvalidInput for one that is none, StorageError.
    """
    checked = _checked(name, data, services)
    place = f"{UPLOAD}{name}{checked.extension}"
    services.store.put(asset_key(user_id, place), checked.data, checked.content_type, keys.NO_CACHE, {})
    return place


def _before(services: Services, user_id: str) -> tuple[TenantBrand, bool]:
    """Return the brand as it is, and whether it could be read: a broken one is written anew."""
    try:
        brand = stored_brand(services, user_id)
    except InvalidInput:
        return TenantBrand(), False
    return brand or TenantBrand(), True


def _accepted(services: Services, user_id: str, change: BrandChange) -> dict[str, Accepted]:
    found = {}
    for name in ASSETS:
        if place := getattr(change, name):
            data = asset_bytes(services, user_id, place, f"brand.{name}")
            found[str(name)] = _checked(name, data, services)
    return found


def _checked(name: Asset, data: bytes, services: Services) -> Accepted:
    """Return the asset in `data`. Raises InvalidInput naming the field."""
    try:
        if name == "font":
            font = accepted_font(data)
            facts = {"family": font.family, "letters": font.letters}
            return Accepted(name, font.data, _FONT_TYPES[font.extension], font.extension, facts)
        logo = accepted_logo(data, services.settings.images_max_pixels)
    except ValueError as error:
        raise InvalidInput(f"brand.{name}: {error}") from None
    size = {"width": logo.width, "height": logo.height, "ratio": logo.ratio, "advice": list(logo.advice)}
    return Accepted(name, logo.data, logo.content_type, logo.extension, size)


def _removals(
    services: Services, user_id: str, before: TenantBrand, remove: Sequence[str]
) -> tuple[list[str], set[str]]:
    """Return the fields to empty and the keys of objects to delete. Raises InvalidInput for what is neither."""
    fields: list[str] = []
    files: set[str] = set()
    for name in remove:
        place = f"{BRANDING}/{name.removeprefix(f'{BRANDING}/')}"
        named: list[str] = [asset for asset in ASSETS if getattr(before, asset) == place]
        if name in TenantBrand.model_fields or named:
            fields += named or [name]
        elif name != EVERYTHING:
            key = asset_key(user_id, place)
            if key not in services.store.list(keys.branding(user_id)):
                known = ", ".join([*TenantBrand.model_fields, EVERYTHING])
                raise InvalidInput(f"remove: {name} is no file below {keys.branding(user_id)}, and none of {known}")
            files.add(key)
    return fields, files


def _write(services: Services, user_id: str, brand: TenantBrand) -> None:
    key = keys.brand_key(user_id)
    if brand == TenantBrand():
        services.store.delete(key)
    else:
        services.store.put_json(key, brand.model_dump_json(exclude_none=True, indent=1), keys.NO_CACHE)


def _unused(services: Services, user_id: str, after: TenantBrand, change: BrandChange) -> set[str]:
    """Return the keys that nothing names any more: assets of ours that were replaced, and uploads that are done with.

    By what lies there, so that the next change removes what one that was killed has left.
    """
    named = {asset_key(user_id, place) for name in ASSETS if (place := getattr(after, name))}
    begins = [f"{BRANDING}/{name}." for name in ASSETS]
    begins += [f"{UPLOAD}{name}." for name in ASSETS if getattr(change, name)]
    starts = tuple(asset_key(user_id, place) for place in begins)
    return {key for key in services.store.list(keys.branding(user_id)) if key.startswith(starts)} - named
