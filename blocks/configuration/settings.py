"""Settings from the environment and `.env`."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from blocks.configuration.data_dir import DataDir
from blocks.configuration.env_file import ENV_FILE, check_env_file
from blocks.configuration.public_urls import PublicBase, tenant_bases
from blocks.configuration.setting_types import PastedText, Secret, VendorAddress
from blocks.network.addresses import DEFAULT_HOSTS
from blocks.network.proxies import check_proxies
from imaging.errors import ConfigurationError
from imaging.formats import FORMATS, Format
from imaging.pictures.picture import MOST_PIXELS
from imaging.pictures.web_formats import Width
from imaging.planning.budget import budgets_from
from imaging.planning.chosen_platforms import known_platforms
from imaging.planning.models import model_table
from imaging.planning.quotas import quotas_from
from imaging.usage.prices import storage_prices
from imaging.validation import LANGUAGE, explain
from imaging.web_address import with_small_host

_B2 = ("b2_endpoint", "b2_key_id", "b2_application_key", "b2_bucket_name")


class Settings(BaseSettings):
    """All settings; each field is the environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    b2_endpoint: PastedText = None
    b2_key_id: PastedText = None
    b2_application_key: Secret = None
    b2_bucket_name: PastedText = None
    replicate_api_token: Secret = None
    replicate_base_url: VendorAddress | None = None
    replicate_poll_interval: float = Field(0.5, gt=0)  # seconds
    chutes_api_key: Secret = None
    chutes_base_url: VendorAddress = "https://{slug}.chutes.ai"
    fal_key: Secret = None
    fal_base_url: VendorAddress | None = None
    images_public_base_url: PublicBase | None = None
    images_public_base_urls: dict[str, Any] = {}
    images_download_hosts: str = DEFAULT_HOSTS
    images_data_dir: Path = Path(".article-images")
    images_language: str = Field("de", pattern=LANGUAGE)  # of articles whose language nobody names, and none can find
    images_concurrency: int = Field(32, ge=1, le=1000)
    images_task_runner: str = "threads"  # or dask, or the address of a Dask scheduler
    images_models: dict[str, Any] = {}
    images_budgets: dict[str, Any] = {}
    images_quotas: dict[str, Any] = {}
    images_storage_prices: dict[str, Any] = {}
    images_platforms: Annotated[tuple[str, ...], NoDecode] = ()  # beyond the default ones, with commas
    images_max_bytes: int = Field(64 * 1024 * 1024, ge=1)
    images_max_pixels: int = Field(64_000_000, ge=1, le=MOST_PIXELS)
    images_download_timeout: float = Field(120, gt=0)  # seconds, for the whole of one download
    images_prediction_timeout: float = Field(600, gt=0)  # seconds, from creation to a picture
    images_retry_seconds: float = Field(60, ge=0)  # for retries of the bucket and of downloads
    images_host_pace: float = Field(10, gt=0, le=1000)  # requests a second that `migrate` sends to one host
    images_cold_start_seconds: float = Field(600, ge=0)  # that a vendor's model may take to start
    images_server_linger: float = Field(300, ge=0)  # seconds that the local Prefect server keeps running after a run
    images_mark_prompt: bool = False  # whether a picture's mark contains the prompt
    # Web formats and their widths in pixels, as lists with commas; "off" for none. NoDecode: they are not JSON.
    images_variants: Annotated[tuple[Format, ...], NoDecode] = FORMATS
    images_variant_widths: Annotated[tuple[Width, ...], NoDecode] = (480, 960, 1600, "full")
    images_private_bucket: str | None = None  # BUCKET or BUCKET/PREFIX for records and claims; same endpoint and key
    images_pinned: bool = True  # whether each picture is also stored under a name that contains its hash
    images_on_stop: Literal["keep", "cancel"] = "keep"  # the fate of predictions when a run is stopped
    # An OpenAI-compatible endpoint for prompts and alternative texts; None: built-in texts.
    images_llm_base_url: PublicBase | None = None
    images_llm_model: str | None = None
    images_llm_api_key: Secret = None
    images_llm_for: Literal["prompts,alt", "alt"] = "prompts,alt"
    # Whether public URLs are fetched and checked after a run; `auto`: https URLs alone.
    images_share_check: Literal["auto", "on", "off"] = "auto"
    images_log_format: Literal["text", "json"] = "text"  # of the log on a terminal, see blocks/observability/log.py
    images_alerts_url: Secret = None  # a webhook for alerts on degraded and failed runs
    images_s3_checksums: Literal["when_required", "when_supported"] = "when_required"

    @field_validator("images_variants", mode="before")
    @classmethod
    def _formats(cls, value: Any) -> Any:
        words = _listed(value)
        if words in (["off"], ["none"]):
            return ()
        if not set(words) <= {*FORMATS}:
            raise ValueError(f"must be some of {', '.join(FORMATS)} with a comma between, or off")
        return words

    @field_validator("images_variant_widths", mode="before")
    @classmethod
    def _widths(cls, value: Any) -> Any:
        words = _listed(value)
        if not all(word == "full" or (word.isdecimal() and 16 <= int(word[:9]) <= 8192) for word in words):
            raise ValueError("must be widths of 16 to 8192 pixels and full, with commas between")
        return [word if word == "full" else int(word) for word in words]

    @field_validator("images_platforms", mode="before")
    @classmethod
    def _platforms(cls, value: Any) -> Any:
        return known_platforms(_listed(value))

    @field_validator("b2_bucket_name")
    @classmethod
    def _bucket_name(cls, name: str | None) -> str | None:
        if name is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}", name):
            raise ValueError("must be a bucket's name: letters, digits, dots and hyphens, at most 63 characters")
        return name

    @field_validator("images_private_bucket")
    @classmethod
    def _private_bucket(cls, place: str | None) -> str | None:
        if place is not None and not re.fullmatch(
            r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}(/[A-Za-z0-9][A-Za-z0-9._/-]*)?", place
        ):
            raise ValueError("must be a bucket's name, or BUCKET/PREFIX")
        return place

    @field_validator("images_task_runner")
    @classmethod
    def _known_runner(cls, runner: str) -> str:
        if runner not in {"threads", "dask"} and not re.fullmatch(r"(tcp|tls|ws|wss)://[^\s@]+:\d+", runner):
            raise ValueError("must be threads, dask, or the address of a Dask scheduler like tcp://10.0.0.5:8786")
        return runner

    @field_validator("images_alerts_url")
    @classmethod
    def _webhook(cls, url: SecretStr | None) -> SecretStr | None:
        try:
            _ = url and HttpUrl(url.get_secret_value())
        except ValidationError:
            raise ValueError("must be the address of a webhook, https://...") from None
        return url

    @field_validator("b2_endpoint")
    @classmethod
    def _endpoint_url(cls, endpoint: str | None) -> str | None:
        if endpoint is None:
            return None
        url = endpoint if "://" in endpoint else f"https://{endpoint}"
        try:
            parts = HttpUrl(url)
        except ValidationError:
            raise ValueError("must be a host like s3.eu-central-003.backblazeb2.com, or a full URL") from None
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must be a plain address, without credentials, query or fragment")
        return with_small_host(url).rstrip("/")

    @model_validator(mode="after")
    def _all_of_b2_or_none(self) -> "Settings":
        missing = [name.upper() for name in _B2 if getattr(self, name) is None]
        if 0 < len(missing) < len(_B2):
            raise ValueError(f"{', '.join(missing)} missing: set all of B2_*, or none for the embedded storage")
        return self

    @model_validator(mode="after")
    def _endpoint_without_its_bucket(self) -> "Settings":
        if self.b2_endpoint and self.b2_bucket_name and names_bucket(self.b2_endpoint, self.b2_bucket_name):
            raise ValueError("B2_ENDPOINT: must be the endpoint alone, since the bucket's name is in B2_BUCKET_NAME")
        return self

    @model_validator(mode="after")
    def _model_of_the_endpoint(self) -> "Settings":
        if self.images_llm_base_url and not self.images_llm_model:
            raise ValueError("IMAGES_LLM_MODEL missing: name the model that IMAGES_LLM_BASE_URL is asked for")
        return self

    @property
    def finishes(self) -> bool:
        """Whether web formats or pinned copies are made beside the pictures."""
        return self.images_pinned or bool(self.images_variants)

    @property
    def data_dir(self) -> DataDir:
        """The paths below IMAGES_DATA_DIR."""
        return DataDir(self.images_data_dir.resolve())

    @property
    def has_bucket(self) -> bool:
        """Whether the environment names a bucket."""
        return self.b2_endpoint is not None


def names_bucket(endpoint: str, bucket: str) -> bool:
    """Return whether an endpoint includes the bucket's name, in its path or host, as S3 URLs often do."""
    _, _, rest = endpoint.partition("://")
    host, _, path = rest.partition("/")
    return path.rpartition("/")[2] == bucket or host.lower().startswith(
        (f"{bucket}.s3.".lower(), f"{bucket}.s3-".lower())
    )


def _listed(value: Any) -> list[str]:
    words = value.split(",") if isinstance(value, str) else value
    return list(dict.fromkeys(word for one in words if (word := str(one).strip().lower())))


def load_settings() -> Settings:
    """Read the settings. Raises ConfigurationError naming every variable that is wrong, never its value."""
    check_env_file({name.upper() for name in Settings.model_fields})
    check_proxies()
    try:
        settings = Settings()
    except ValidationError as error:
        raise ConfigurationError(_upper_fields(error)) from None
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        raise ConfigurationError(f"{field[1].upper() if field else error}: must be valid JSON") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f".env cannot be read: {type(error).__name__}") from None
    model_table(settings.images_models)  # validated now, before anything is spent
    budgets_from(settings.images_budgets)
    quotas_from(settings.images_quotas)
    storage_prices(settings.images_storage_prices)
    tenant_bases(settings.images_public_base_urls)
    return settings


def _upper_fields(error: ValidationError) -> str:
    return "; ".join(
        f"{name.upper()}: {rest}" if (name := complaint.partition(":")[0]) in Settings.model_fields else complaint
        for complaint in explain(error).split("; ")
        if (rest := complaint.partition(":")[2].strip()) or True
    )
