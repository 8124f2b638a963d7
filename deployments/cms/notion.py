"""Notion: the hero becomes the page's cover, and all pictures go into its property Pictures (type: files and media).

Needs NOTION_TOKEN of an integration that the database is shared with; the article's `article_id` is the page's id.
Notion keeps the addresses: each has at most 2,000 characters, and a durable one at most 500.
https://developers.notion.com/reference/patch-page
"""

import os
from typing import Any

import httpx
from on_completed import on_completed, picture
from prefect import flow, serve


@flow
def notion(image_set: dict[str, Any]) -> None:
    """Set cover and pictures of the page; a second time replaces them."""
    hero = picture(image_set, "hero")
    durable = [image for image in image_set["images"] if image["durable"]]
    files = [{"name": image["name"], "type": "external", "external": {"url": image["url"]}} for image in durable]
    change = {
        "cover": {"type": "external", "external": {"url": hero["url"]}},
        "properties": {"Pictures": {"files": files}},
    }
    headers = {"Authorization": f"Bearer {os.environ['NOTION_TOKEN']}", "Notion-Version": "2022-06-28"}
    site = os.environ.get("NOTION_URL", "https://api.notion.com")
    httpx.patch(f"{site}/v1/pages/{image_set['article_id']}", json=change, headers=headers).raise_for_status()


if __name__ == "__main__":
    serve(on_completed(notion))
