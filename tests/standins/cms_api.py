"""Content systems that take an article's pictures: WordPress, Ghost, Notion, and GitHub."""

import base64
import hmac
import json
import re
import secrets
import time
from collections.abc import Mapping
from typing import Any

from .messages import Answer, Call
from .server import Standin


class _Cms(Standin):
    """Knows its calls by method and path; `routes` are patterns of both."""

    routes: Mapping[str, str]

    def route(self, call: Call) -> Call:
        asked = f"{call.method} {call.path}"
        return call.about(next((name for name, form in self.routes.items() if re.fullmatch(form, asked)), "other"))

    def refusal(self, status: int, options: Mapping[str, Any]) -> Answer:
        return Answer.json({"code": "refused", "message": options.get("detail", f"refused ({status})")}, status)


class WordPressStandin(_Cms):
    """`/wp-json/wp/v2`: a library of media, and one post with the id 7."""

    places = frozenset({"find", "upload", "describe", "feature"})
    routes = {  # noqa: RUF012 - a table of the class
        "find": r"GET /wp-json/wp/v2/media",
        "upload": r"POST /wp-json/wp/v2/media",
        "describe": r"POST /wp-json/wp/v2/media/\d+",
        "feature": r"POST /wp-json/wp/v2/posts/7",
    }

    def __init__(self) -> None:
        super().__init__()
        self.password = "abcd efgh ijkl mnop"
        self.media: list[dict[str, Any]] = []
        self.files: list[bytes] = []
        self.post: dict[str, Any] = {"id": 7, "featured_media": 0}

    def environment(self) -> dict[str, str]:
        """The variables that send an example here."""
        return {
            "WORDPRESS_URL": self.base_url,
            "WORDPRESS_USER": "editor",
            "WORDPRESS_APPLICATION_PASSWORD": self.password,
        }

    def answer(self, call: Call) -> Answer:
        login = base64.b64encode(f"editor:{self.password}".encode()).decode()
        if call.headers.get("authorization") != f"Basic {login}":
            return self.refusal(401, {"detail": "Sorry, you are not allowed to do that."})
        if call.where == "find":
            return Answer.json([one for one in self.media if one["slug"] == call.query["slug"]])
        if call.where == "upload":
            return self._upload(call)
        if call.where == "describe":
            [media] = [one for one in self.media if one["id"] == int(call.path.rpartition("/")[2])]
            media |= call.body
            return Answer.json(media)
        if call.where == "feature" and call.body["featured_media"] in {one["id"] for one in self.media}:
            self.post |= call.body
            return Answer.json(self.post)
        return self.refusal(404, {"detail": "Invalid post ID."})

    def _upload(self, call: Call) -> Answer:
        """As WordPress does: the slug is the file's name, and the type must be that of its ending."""
        name = re.fullmatch(r'attachment; filename="([\w-]+)\.(png|jpg|webp)"', call.headers["content-disposition"])
        kinds = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
        if not name or not call.data or call.headers["content-type"] != kinds[name[2]]:
            return self.refusal(400, {"detail": "Sorry, you are not allowed to upload this file type."})
        media = {
            "id": 100 + len(self.media),
            "slug": name[1],
            "alt_text": "",
            "mime_type": call.headers["content-type"],
        }
        self.media.append(media)
        self.files.append(call.data)
        return Answer.json(media, 201)


class GhostStandin(_Cms):
    """`/ghost/api/admin/posts/ID/`: one post, guarded by a token of five minutes and by `updated_at`."""

    places = frozenset({"read", "edit"})
    post_id = "5f7c1b4bd2ab3a0007a4e2f1"
    routes = {  # noqa: RUF012
        "read": rf"GET /ghost/api/admin/posts/{post_id}/",
        "edit": rf"PUT /ghost/api/admin/posts/{post_id}/",
    }

    def __init__(self) -> None:
        super().__init__()
        self.key_id, self.secret = secrets.token_hex(12), secrets.token_hex(32)
        self.post: dict[str, Any] = {"id": self.post_id, "title": "Tea", "updated_at": "2026-01-01T00:00:00.000Z"}

    def environment(self) -> dict[str, str]:
        """The variables that send an example here."""
        return {"GHOST_URL": self.base_url, "GHOST_ADMIN_API_KEY": f"{self.key_id}:{self.secret}"}

    def answer(self, call: Call) -> Answer:
        if trouble := self._trouble(call.headers.get("authorization", "")):
            return self.refusal(401, {"detail": trouble})
        if call.where == "edit":
            [change] = call.body["posts"]
            if change.pop("updated_at") != self.post["updated_at"]:
                return self.refusal(409, {"detail": "Saving failed! Someone else is editing this post."})
            if len(change.get("feature_image_alt", "")) > 125:
                return self.refusal(422, {"detail": "Value in [posts.feature_image_alt] exceeds maximum length of 125"})
            self.post |= change | {"updated_at": f"2026-01-02T00:00:{len(self.requests):02}.000Z"}
        elif call.where != "read":
            return self.refusal(404, {"detail": "Resource not found"})
        return Answer.json({"posts": [self.post]})

    def _trouble(self, authorization: str) -> str:
        """Return what is wrong with a token, as Ghost checks it; empty for a good one."""
        try:
            head, claims, signature = authorization.removeprefix("Ghost ").split(".")
            header, fields = json.loads(_unpadded(head)), json.loads(_unpadded(claims))
        except ValueError:
            return "Invalid token: jwt malformed"
        expected = hmac.digest(bytes.fromhex(self.secret), f"{head}.{claims}".encode(), "sha256")
        if header != {"alg": "HS256", "typ": "JWT", "kid": self.key_id} or _unpadded(signature) != expected:
            return "Invalid token: invalid signature"
        lasts = fields["exp"] - fields["iat"]
        return "" if fields["aud"] == "/admin/" and 0 < lasts <= 300 and fields["exp"] > time.time() else "jwt expired"

    def refusal(self, status: int, options: Mapping[str, Any]) -> Answer:
        return Answer.json({"errors": [{"message": options.get("detail", f"refused ({status})")}]}, status)


class NotionStandin(_Cms):
    """`PATCH /v1/pages/ID`: one page with a property Pictures, and the limits of the reference."""

    places = frozenset({"patch"})
    page_id = "0f3c5a7e9b1d4c2f8a6e4b2d0c9f7e5a"
    routes = {"patch": rf"PATCH /v1/pages/{page_id}"}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.token = "ntn_" + secrets.token_hex(16)
        self.page: dict[str, Any] = {
            "object": "page",
            "id": self.page_id,
            "cover": None,
            "properties": {"Pictures": {}},
        }

    def environment(self) -> dict[str, str]:
        """The variables that send an example here."""
        return {"NOTION_URL": self.base_url, "NOTION_TOKEN": self.token}

    def answer(self, call: Call) -> Answer:
        if call.headers.get("authorization") != f"Bearer {self.token}":
            return self.refusal(401, {"detail": "API token is invalid."})
        if call.where != "patch" or "notion-version" not in call.headers:
            return self.refusal(404, {"detail": "Could not find page."})
        files = call.body["properties"]["Pictures"]["files"]
        for one in (call.body["cover"], *files):
            if one["type"] != "external" or not one["external"]["url"].startswith("http"):
                return self.refusal(400, {"detail": "body.cover.external.url should be a valid URL"})
            if len(one["external"]["url"]) > 2000:
                return self.refusal(400, {"detail": "url length should be ≤ `2000`"})
        if len(files) > 100 or any(len(one["name"]) > 100 for one in files):
            return self.refusal(400, {"detail": "files.length should be ≤ `100`"})
        self.page["cover"], self.page["properties"]["Pictures"] = call.body["cover"], {"files": files}
        return Answer.json(self.page)


class GitHubStandin(_Cms):
    """`POST /repos/acme/blog/dispatches`, with GitHub's limits on a payload."""

    places = frozenset({"dispatch"})
    routes = {"dispatch": r"POST /repos/acme/blog/dispatches"}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.token = "github_pat_" + secrets.token_hex(16)
        self.dispatched: list[dict[str, Any]] = []

    def environment(self) -> dict[str, str]:
        """The variables that send an example here."""
        return {"GITHUB_API_URL": self.base_url, "GITHUB_REPOSITORY": "acme/blog", "GITHUB_TOKEN": self.token}

    def answer(self, call: Call) -> Answer:
        if call.headers.get("authorization") != f"Bearer {self.token}":
            return self.refusal(401, {"detail": "Bad credentials"})
        if call.where != "dispatch":
            return self.refusal(404, {"detail": "Not Found"})
        if len(call.body["event_type"]) > 100 or len(call.body["client_payload"]) > 10:
            return self.refusal(422, {"detail": "No more than 10 properties are allowed"})
        self.dispatched.append(call.body)
        return Answer(204)


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
