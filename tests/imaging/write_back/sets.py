"""An image set for a body, as a run would return it, without making a picture."""

from imaging.articles.article import Article
from imaging.entry import described
from imaging.planning.models import ModelTable
from imaging.planning.plan import Planner
from imaging.record import Image, ImageSet
from imaging.spec import ImageSpec
from tests.imaging.test_record import stored


def set_for(body: str, *, topic: str = "Tee") -> ImageSet:
    """Return the set of an article with this body; each picture is stored under its key."""
    specs = Planner(Article(topic=topic, body=body), "tee", ModelTable(), ("replicate", "chutes")).specs()
    images = [_stored(spec) for spec in specs]
    return ImageSet(user_id="default", slug="tee", topic=topic, article_id=None, images=images)


def _stored(spec: ImageSpec) -> Image:
    key = f"{spec.stem}{'_' + 'a' * spec.hash_length if spec.hash_length else ''}.png"
    looks = spec.digest if spec.platform not in {"linkedin", "facebook"} else "c" * 64  # one card, drawn once
    made = stored(digest=spec.digest, key=key, sha256=looks, dominant_color="#b5532a")
    return described(spec, made, reused=False, url=f"https://cdn.example/{key}")
