"""The public version of an image set: pictures, texts and short reasons, without costs and without third-party errors.

`manifest.json` and `gallery.html` are beside the pictures, where anyone can read them. Budgets, prices, prompts and
the answers of vendors and storage are for operators, who have the whole set from Prefect.
"""

import json
import re

from imaging.record import Image, ImageSet

# Reasons that we word ourselves and that may be public.
_OWN_REASON = re.compile(r"(stopped by SIG[A-Z]+|the run (?:crashed|failed)); run again to (?:collect|make) it")
_OWN_PROBLEMS = (
    "the cards have no logo",
    "the cards have no font",
    "the tenant's brand could not be read",
    "no manifest",
)
_REASONS = {
    "failed": "the picture could not be made",
    "provider_url": "the picture is not stored yet",
    "inline": "the picture is not stored yet",
}


def public_set(image_set: ImageSet, *, prompts: bool) -> ImageSet:
    """Return the set for the public; `prompts`: whether to include the prompts."""
    images = [_public(image, prompts=prompts) for image in image_set.images]
    problems = list(dict.fromkeys(_public_problem(problem, image_set) for problem in image_set.problems))
    return image_set.model_copy(update={"images": images, "problems": problems})


def public_document(image_set: ImageSet, *, prompts: bool) -> str:
    """Return the public manifest as JSON: `public_set` with every `cost_usd` null."""
    document = public_set(image_set, prompts=prompts).model_dump(mode="json")
    for entry in (document, *document["images"]):
        entry["cost_usd"] = None
    return json.dumps(document, ensure_ascii=False, indent=1)


def _public(image: Image, *, prompts: bool) -> Image:
    reason = _REASONS.get(image.status, "another picture takes its place" if image.fallback_from else None)
    if image.error and _OWN_REASON.fullmatch(image.error):
        reason = image.error
    changes = {"error": reason, "note": None, "prediction_id": None}
    return image.model_copy(update=changes if prompts else changes | {"prompt": None})


def _public_problem(problem: str, image_set: ImageSet) -> str:
    subject = problem.partition(":")[0]
    if subject in _OWN_PROBLEMS:
        return subject
    if subject in {image.name for image in image_set.images}:
        return f"{subject}: something beside the picture is missing or wrong"
    return "something beside the pictures went wrong"
