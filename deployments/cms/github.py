"""A static site on GitHub: the workflow `pull-request.yml` beside this file is started for each set that is ready.

Needs GITHUB_REPOSITORY (owner/name) and GITHUB_TOKEN with write access to its contents.
https://docs.github.com/rest/repos/repos#create-a-repository-dispatch-event
"""

import os
from typing import Any

import httpx
from on_completed import on_completed
from prefect import flow, serve


@flow
def github(image_set: dict[str, Any]) -> None:
    """Tell the repository which article has its pictures."""
    event = {"event_type": "article-images-completed"}
    payload = {"client_payload": {name: image_set[name] for name in ("user_id", "slug", "topic", "manifest_url")}}
    headers = {"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}", "X-GitHub-Api-Version": "2022-11-28"}
    site = os.environ.get("GITHUB_API_URL", "https://api.github.com")
    repository = os.environ["GITHUB_REPOSITORY"]
    httpx.post(f"{site}/repos/{repository}/dispatches", json=event | payload, headers=headers).raise_for_status()


if __name__ == "__main__":
    serve(on_completed(github))
