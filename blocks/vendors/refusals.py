"""Detects in a vendor's words that a prompt or a picture was refused by moderation."""

import re

# How vendors say that a prompt or a picture was refused for what it shows: Flux, Stable Diffusion, Qwen, Imagen, GPT
# Image and their like, as people have reported them. Whole words, and blanks between them unless it is a code: a field
# may be called `disable_nsfw_checker` or `safety_tolerance`.
_MODERATION = re.compile(
    r"""(?<![\w.-])(?:
        nsfw(?:_content)?(?:_detected)? | E005 | moderated | moderation | moderators? | mod(?:eration)?_blocked
        | flagged | disallowed
        | (?<!case[ -])(?<!time[ -])sensitive | inappropriate | objectionable | indecent
        | porn\w* | nudity | nude | obscene | erotic | sexual(?:ly|ity)? | gore | graphic[ ]violence | hate[ ]speech
        | violat\w+[ ](?:[\w']+[ ]){0,3}(?:polic(?:y|ies)|guidelines?|guardrails?|terms|rules|standards)
        | (?:content|usage|use|community|safety)[ ](?:polic(?:y|ies)|guidelines?|standards|restrictions?)
        | (?:content|safety|image|prompt|output|input|works)[ -]filter(?:s|ed|ing)?
        | safety[ -](?:system|check(?:s|er|ers)?|reasons?|concerns?|violations?|classifiers?|settings|mechanisms?
            |guards?|guardrails?|model|measures|protocols?|rules|threshold)
        | (?:un|not[ ])safe(?:[ ](?:content|prompt|image|output|request|generation|for[ ]work))?
        | (?:harmful|explicit|adult|mature|violent|prohibited|forbidden|banned|restricted|unsuitable|offensive|illegal)
            [ ](?:content|material|imagery|images?|pictures?|words?|terms?|keywords?|prompts?|text)
        | guardrails? | responsible[ ]ai | DataInspectionFailed
        | (?:content_policy|safety|image_safety|prohibited_content|unsafe_\w+|public_error_unsafe|content_filter
            |content_moderation|data_inspection|risk_control|responsible_?ai)_?\w*(?:violation|blocked|rejected|failed
            |filtered|generation|content)
        | content_filter | safety_violations? | image_safety | prohibited_content | blocklist | content_blocked
    )(?![\w-]|[.]\w)""",
    re.IGNORECASE | re.VERBOSE,
)
# Not for what is shown: the account itself, or a filter that is out of order.
_NO_MODERATION = re.compile(
    r"\b(?:accounts?|unavailable|unreachable|overload\w*|tim(?:ed|e)[ -]?out|is down|failed to load|not be loaded)\b",
    re.IGNORECASE,
)


def is_moderation(words: str) -> bool:
    """Return whether a vendor's words refuse a prompt or a picture for what it shows."""
    return _MODERATION.search(words) is not None and _NO_MODERATION.search(words) is None
