"""Ghost: the hero becomes the post's feature image, the card its picture for Facebook and X.

Needs GHOST_URL and GHOST_ADMIN_API_KEY (Settings, Integrations, Add custom integration); the article's `article_id` is
the post's id. https://docs.ghost.org/admin-api
"""

import base64
import hmac
import json
import os
import time
from typing import Any

import httpx
from on_completed import on_completed, picture
from prefect import flow, serve


@flow
def ghost(image_set: dict[str, Any]) -> None:
    """Set the post's pictures. A post that somebody saves at the same moment is not overwritten: Ghost answers 409."""
    hero, card = picture(image_set, "hero"), picture(image_set, "facebook", "linkedin", "hero")
    headers = {"Authorization": f"Ghost {token(os.environ['GHOST_ADMIN_API_KEY'])}", "Accept-Version": "v5.0"}
    with httpx.Client(base_url=f"{os.environ['GHOST_URL']}/ghost/api/admin/posts/", headers=headers) as posts:
        path = f"{image_set['article_id']}/"
        post = posts.get(path).raise_for_status().json()["posts"][0]
        pictures = {"feature_image": hero["url"], "feature_image_alt": hero["alt_text"]}
        pictures |= {"og_image": card["url"], "twitter_image": card["url"], "updated_at": post["updated_at"]}
        posts.put(path, json={"posts": [pictures]}).raise_for_status()


def token(key: str) -> str:
    """Return a JSON Web Token for five minutes, as https://docs.ghost.org/admin-api#token-authentication has it."""
    key_id, secret = key.split(":")
    now = int(time.time())
    parts = {"alg": "HS256", "typ": "JWT", "kid": key_id}, {"iat": now, "exp": now + 300, "aud": "/admin/"}
    signed = ".".join(_base64(json.dumps(part).encode()) for part in parts)
    return f"{signed}.{_base64(hmac.digest(bytes.fromhex(secret), signed.encode(), 'sha256'))}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


if __name__ == "__main__":
    serve(on_completed(ghost))
