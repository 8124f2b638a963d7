"""Names and tags of flow runs in Prefect."""


def article_run_name(user_id: str, slug: str) -> str:
    """Return the name of an article's run."""
    return f"{user_id}/{slug}"


def tenant_tag(user_id: str) -> str:
    """Return the tag by which the runs of one tenant are listed."""
    return f"tenant:{user_id}"
