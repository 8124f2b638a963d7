"""WordPress: the hero becomes the featured image of the post whose id is the article's `article_id`.

Needs WORDPRESS_URL, WORDPRESS_USER and WORDPRESS_APPLICATION_PASSWORD (Users, Profile, Application Passwords). The file
is uploaded once: its name has the hash of the picture. https://developer.wordpress.org/rest-api/reference/media/
"""

import os
from typing import Any

import httpx
from on_completed import on_completed, picture
from prefect import flow, serve


@flow
def wordpress(image_set: dict[str, Any]) -> None:
    """Upload the hero with its alternative text, and feature it."""
    hero = picture(image_set, "hero")
    login = os.environ["WORDPRESS_USER"], os.environ["WORDPRESS_APPLICATION_PASSWORD"]
    name = f"{image_set['slug']}-{hero['sha256'][:12]}"
    file = {"Content-Disposition": f'attachment; filename="{name}.{hero["key"].rpartition(".")[2]}"'}
    with httpx.Client(base_url=f"{os.environ['WORDPRESS_URL']}/wp-json/wp/v2/", auth=login, timeout=60) as site:
        uploaded = site.get("media", params={"slug": name}).raise_for_status().json()
        if not uploaded:
            data = httpx.get(hero["url"], timeout=60).raise_for_status().content
            headers = file | {"Content-Type": hero["content_type"]}
            uploaded = [site.post("media", content=data, headers=headers).raise_for_status().json()]
        media = uploaded[0]["id"]
        site.post(f"media/{media}", json={"alt_text": hero["alt_text"]}).raise_for_status()
        site.post(f"posts/{image_set['article_id']}", json={"featured_media": media}).raise_for_status()


if __name__ == "__main__":
    serve(on_completed(wordpress))
