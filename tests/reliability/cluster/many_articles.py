"""Articles for a large backlog: titles, sections and tenants as a content system has them, all different."""

from dataclasses import dataclass

TENANTS = ("bakery-notes", "garten-und-balkon", "acme", "gesund-leben")
_SUBJECTS = (
    "Kaffee", "Sauerteig", "Hafermilch", "Olivenöl", "Tomaten", "Kräuter", "Rosen", "Kompost", "Wildbienen", "Laktose",
    "Gluten", "Vitamin D", "Magnesium", "Schlaf", "Rückenschmerz", "Fahrrad", "Wärmepumpe", "Solarstrom", "Regenwasser",
    "Holzböden",
)  # fmt: skip
_ANGLES = (
    "richtig verstehen", "im Alltag", "für Einsteiger", "und die häufigsten Fehler", "im Winter", "im Sommer",
    "mit wenig Geld", "was die Forschung sagt", "im Vergleich", "Schritt für Schritt",
)  # fmt: skip
_SECTIONS = ("Worum es geht", "Was man braucht", "So geht es", "Worauf zu achten ist", "Was es kostet", "Fazit")
_PARAGRAPH = "Viele fragen sich, was es mit {topic} auf sich hat. Hier steht, was wir ausprobiert haben, und was hilft."
_WITHOUT_SECTIONS = 7  # pictures: hero, two comparisons, two cards, two social


@dataclass(frozen=True)
class Written:
    """One article: its file's name, its Markdown, its tenant, and how many pictures are planned for it."""

    name: str
    markdown: str
    user_id: str
    pictures: int


def articles(number: int) -> list[Written]:
    """The first `number` of 200."""
    return [_article(each) for each in range(number)]


def _article(number: int) -> Written:
    subject, angle = _SUBJECTS[number % len(_SUBJECTS)], _ANGLES[number // len(_SUBJECTS)]
    topic = f"{subject} {angle}"
    sections = _SECTIONS[: 3 + number % 4]
    body = "\n\n".join(f"## {section}: {subject}\n\n{_PARAGRAPH.format(topic=topic)}" for section in sections)
    tenant = TENANTS[number % len(TENANTS)]
    front = f"topic: {topic}\nuser_id: {tenant}\narticle_id: cms-{number:04}\nexcerpt: Alles über {subject}."
    supporting = {3: 0, 4: 1, 5: 1, 6: 2}[len(sections)]
    return Written(f"{number:04}.md", f"---\n{front}\n---\n\n{body}\n", tenant, _WITHOUT_SECTIONS + supporting)
