"""Removal of what blog software puts into summaries: "read more" links, "first appeared on" notes, tags."""

import re

from imaging.text.shortcodes import without_shortcodes

# The start of the sentence, and the words between the title and the blog's name; a line or two for each language.
_FOOTERS = (
    (r"th(?:e|is) (?:post|article|entry)", r"(?:first appeared|appeared first) (?:on|at|in)"),
    (r"th(?:e|is) (?:post|article|entry)", r"was (?:first|originally) published (?:on|at|in)"),
    (r"(?:der|dieser) (?:beitrag|artikel)", r"(?:erschien zuerst|ist zuerst erschienen) (?:auf|bei|in|im)"),
    (r"(?:der|dieser) (?:beitrag|artikel)", r"wurde zuerst veröffentlicht (?:auf|bei|in|im)"),
    (r"(?:l['’]|cet )article|le billet", r"est (?:apparu|paru)(?: en premier| d['’]abord)? (?:sur|dans)"),
    (r"(?:la|esta) entrada|el artículo", r"(?:se publicó|apareció|aparece) primero en"),
    (r"(?:l['’]|questo )articolo", r"(?:proviene da|sembra essere il primo su)"),
    (r"(?:l['’]|questo )articolo", r"è apparso (?:prima|per la prima volta) su"),
    (r"(?:o|este) (?:post|artigo)", r"(?:apareceu|aparece|foi publicado) primeiro (?:em|no|na)"),
    (r"het (?:bericht|artikel)", r"verscheen (?:als )?eerste? op"),
    (r"inlägget|artikeln", r"(?:dök först upp|publicerades först|visades först) på"),
    (r"indlægget|innlegget|artikk?k?elen|artiklen", r"(?:blev|vises|dukkede|dukket) først (?:udgivet |op |opp )?på"),
    (r"artykuł|wpis", r"(?:pojawił|ukazał) się (?:najpierw|początkowo|poczatkowo|po raz pierwszy) (?:na|w)"),
    (r"příspěvek|článek", r"(?:se )?nejdříve (?:se )?objevil na"),
    (r"запись|статья", r"(?:впервые появил\w+|появил\w+ сначала|впервые опубликован\w+) (?:на|в)"),
    (r"запис|стаття", r"(?:спершу|вперше) (?:з['’]яв\w+|опублікован\w+) (?:на|в)"),
)
_APPEARED = re.compile(
    r"\s*\b(?:" + "|".join(f"(?:{begin}) .{{1,300}}? {verb}" for begin, verb in _FOOTERS) + r") .{1,200}$",
    re.IGNORECASE,
)
_MORE = (
    r"continue reading|keep reading|read (?:more|on|the rest|(?:the )?full \w{1,20})|view (?:post|article)"
    r"|(?:jetzt )?weiter ?lesen|mehr (?:lesen|erfahren)|zum (?:artikel|beitrag)|lire (?:la suite|plus|l['’]article)"
    r"|continuer la lecture|en savoir plus|leer más|seguir leyendo|sigue leyendo|continuar leyendo|continua a leggere"
    r"|leggi (?:tutto|di più|ancora)|continue (?:lendo|a ler)|leia mais|ler mais|lees (?:verder|meer)|verder lezen"
    r"|czytaj (?:dalej|więcej)|läs (?:mer|vidare)|fortsätt läsa|les mer|fortsett å lese|læs (?:mere|videre)|lue lisää"
    r"|jatka lukemista|číst (?:dále|více)|pokračovat ve čtení|читать (?:далее|дальше|полностью)|читати (?:далі|більше)"
    r"|devamını oku|okumaya devam et|διαβάστε περισσότερα|続きを読む|もっと読む"
    r"|阅读更多|阅读全文|继续阅读|閱讀更多|繼續閱讀"
    r"|더 보기|더 읽기|계속 읽기|اقرأ المزيد|متابعة القراءة|קרא עוד|המשך לקרוא|और पढ़ें|อ่านต่อ|อ่านเพิ่มเติม"
)
_READ_ON = re.compile(
    rf"(?P<before>^|[.!?…\])”“»\"’。！？]\s*|\s)[\[(]?\s?(?:{_MORE})(?P<rest>(?:[^\w].{{0,300}})?)$", re.IGNORECASE
)
_ARROW = re.compile(r"[→»›>⟶➔]\s*[\])]?\s*$")
_BRACKETED = re.compile(
    rf"\s*[\[(]\s?(?:more|mehr|weiter|suite|más|{_MORE})\s?(?:…|\.{{3}}|→|»|›)?\s?[\])]$", re.IGNORECASE
)
_CUT = re.compile(r"\s*[\[(](?:…|\.{3})[\])](?P<rest>(?:(?![\[(](?:…|\.{3})).){0,400})$", re.DOTALL)
_COMMENT = re.compile(r"<!--(?:(?!<!--).){0,2000}?-->", re.DOTALL)  # of WordPress' blocks, and `<!--more-->`
_TAG = re.compile(r"\{\{[<%][^{}\n]{0,500}[>%]\}\}|\{%[^{}\n]{0,500}%\}")  # Hugo's short codes, tags of Liquid
_ENDS = '.!?…:;。！？؟"”“»’)'


def teaser(text: str, title: str = "\n") -> str:
    """Return a summary without `[…] The post X appeared first on Y.`, `Weiterlesen →` and the like.

    If the software had cut it within a sentence, it ends in an ellipsis.
    """
    text = without_shortcodes(_without_tags(_COMMENT.sub("", text))).strip()
    for _ in range(3):
        before = text
        text = _BRACKETED.sub("", _APPEARED.sub("", text).rstrip())
        text = _without_cut(_without_link(text, title), title)
        if text == before:
            break
    return text


def _without_tags(text: str) -> str:
    plain = _TAG.sub(" ", text)
    return text if plain == text else re.sub(r" (?=[.,;:!?…])", "", " ".join(plain.split()))


def _without_link(text: str, title: str) -> str:
    found = _READ_ON.search(text[-400:])
    if not found:
        return text
    rest = found["rest"]
    ends = not any(sign.isalpha() for sign in rest) and bool(found["before"].strip() or not found.start())
    if ends or _ARROW.search(rest) or title.casefold() in rest.casefold():
        return text[: len(text) - len(text[-400:]) + found.start() + len(found["before"].rstrip())]
    return text


def _without_cut(text: str, title: str) -> str:
    found = _CUT.search(text)
    if not found or (found["rest"].strip() and title.casefold() not in found["rest"].casefold()):
        return text  # within a text it marks the writer's own omission
    words = text[: found.start()].rstrip(" ,;:-–")
    return words if not words or words.endswith(tuple(_ENDS)) else f"{words}…"
