"""Wrapping and fitting, read back from the lines that were set."""

import pytest

from imaging.typesetting.fonts import TITLE_WEIGHT
from imaging.typesetting.paragraph import paragraph
from imaging.typesetting.text import Block, Style, fit, fit_cut

WIDTH, HEIGHT = 1020, 470


def styled(*sizes: int) -> Style:
    return Style(TITLE_WEIGHT, sizes)


def lines(text: str, *sizes: int, width: int = WIDTH, height: int = HEIGHT, language: str = "") -> list[str]:
    return texts(fit_cut(paragraph(text, language), width, height, styled(*sizes)))


def texts(block: Block | None) -> list[str]:
    assert block
    return [ink.text.strip() for ink in block.lines]


def test_short_titles_are_larger_than_long_ones() -> None:
    """The size falls as the title grows, and never rises."""
    style = styled(112, 96, 80, 66, 57, 48, 40)
    blocks = [fit(paragraph("word " * n), WIDTH, HEIGHT, style) for n in (1, 6, 12, 25, 50)]
    sizes = [block.size for block in blocks if block]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == 112 > sizes[-1]


def test_no_word_is_left_alone_on_the_last_line() -> None:
    """Lines are balanced: the last one is not a single short word when others could join it."""
    found = lines("The quick brown fox jumps over the lazy dog again and so", 72)
    assert len(found[-1].split()) > 1
    assert max(map(len, found)) < 1.6 * min(map(len, found))


def test_all_the_text_is_there_when_it_fits() -> None:
    """Joined again, the lines are the text."""
    text = "Ten habits that quietly improve your sleep, and one that does not"
    assert " ".join(lines(text, 80)) == text


def test_what_does_not_fit_ends_in_an_ellipsis_after_a_whole_word() -> None:
    """Cut text ends with … right after one of its own words, without the comma before it."""
    text = "storage, caching, retries, and other things, " * 20
    found = " ".join(lines(text, 48))
    assert found.endswith("…")
    assert found[:-1].split()[-1] in {"storage", "caching", "retries", "and", "other", "things"}
    assert text.startswith(found[:-1])


def test_nothing_is_cut_that_fits() -> None:
    """No ellipsis is added to a text that fits as it is."""
    assert not lines("Short", 48)[-1].endswith("…")


def test_a_box_too_small_for_a_letter_gets_nothing() -> None:
    """Where not even one character has room there is no block, and no error."""
    assert fit_cut(paragraph("Wide"), 5, 5, styled(40)) is None


def test_words_stay_whole_at_a_smaller_size_before_they_are_broken() -> None:
    """A word that fits whole at an allowed size is not hyphenated at a larger one."""
    style = Style(TITLE_WEIGHT, (112, 80, 57, 40), whole_from=57, broken_from=80)
    assert texts(fit(paragraph("Versicherungsgesellschaft"), WIDTH, HEIGHT, style)) == ["Versicherungsgesellschaft"]


def test_long_words_are_hyphenated() -> None:
    """A compound wider than its box is broken with hyphens, at a joint, and nothing of it is lost."""
    found = lines("Donaudampfschifffahrtsgesellschaftskapitän", 74)
    assert found == ["Donaudampfschifffahrts-", "gesellschaftskapitän"]


def test_soft_hyphens_are_used_and_never_shown() -> None:
    """A soft hyphen says where a word may be broken; unused ones leave no trace."""
    found = lines("Donau\u00addampf\u00adschiffs\u00adkapitäns\u00admütze", 100, width=700)
    assert "".join(found).replace("-", "") == "Donaudampfschiffskapitänsmütze"
    assert all(line.removesuffix("-") in "Donau dampf schiffs kapitäns mütze".replace(" ", "") for line in found)
    assert all(line.endswith("-") for line in found[:-1])


def test_addresses_are_broken_after_their_signs_without_a_hyphen() -> None:
    """A long URL is broken behind a slash or its like, and joined again it is the URL."""
    url = "https://example.com/very/long/path/to/some/resource/and?query=string&more=parameters"
    found = lines(url, 57)
    assert "".join(found) == url
    assert all(line[-1] in "/.-_?&=:@#" for line in found[:-1])


@pytest.mark.parametrize("size", [40, 57, 80, 112])
def test_kinsoku_holds_at_every_size(size: int) -> None:
    """No Japanese line starts with a closing sign or a small kana, or ends with an opening one."""
    found = lines(
        "「眠り」を見直しましょう。コーヒーの時間から、寝室（ねむるへや）の温度まで、ちょっと。", size, height=9999
    )
    assert len(found) > 1
    assert not [line for line in found if line[0] in "、。」）ーょっゃゅ"]
    assert not [line for line in found if line[-1] in "「（"]


def test_thai_is_not_broken_between_a_consonant_and_its_vowel() -> None:
    """No Thai line starts with a mark or a following vowel, or ends with a leading one."""
    found = lines("สิบนิสัยที่ช่วยให้คุณนอนหลับได้ดีขึ้นอย่างเงียบๆและตื่นมาสดชื่นทุกเช้า", 96, height=9999)
    assert len(found) > 2
    assert not [line for line in found if line[0] in "ะาำๆ\u0e31\u0e34\u0e35\u0e48\u0e49" or line[-1] in "เแโใไ"]


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("Zażółć gęślą jaźń: o czym śnią ludzie w wielkich miastach", {"o", "w"}),
        ("Pourquoi dormir ? « La nuit »", {"«"}),
    ],
)
def test_short_words_do_not_hang_at_the_end_of_a_line(text: str, alone: set[str]) -> None:
    """Polish prepositions and opening guillemets stand with what follows them."""
    found = lines(text, 104, 96, 88, 80, 74, 68)
    assert len(found) > 1
    assert not alone & {line.split()[-1] for line in found}


@pytest.mark.parametrize("sign", ["?", "!", ":", "»"])
def test_french_signs_are_not_parted_from_their_word(sign: str) -> None:
    """A sign with a space before it never starts a line."""
    found = lines(f"Dormons-nous vraiment assez longtemps {sign} et pourquoi {sign}", 112, 96, width=620, height=9999)
    assert not [line for line in found if line.startswith(sign)]


def test_no_gap_stands_within_a_line_from_right_to_left() -> None:
    """The space at which a line is broken is not drawn: after Latin words in Hebrew it would be in the line's midst."""
    block = fit(paragraph("איך לבחור מחשב נייד ב־2026: MacBook Pro או ThinkPad?"), 620, HEIGHT, styled(80))
    assert block
    found = [ink.text for ink in block.lines]
    assert any(line.endswith("Pro") for line in found)
    assert found == [line.strip() for line in found]


def test_no_break_spaces_hold() -> None:
    """Words joined by a no-break space share a line."""
    found = lines("About a hundred and twenty\u00a0kilometres of road", 96)
    assert any("twenty\u00a0kilometres" in line for line in found)


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("Rindfleischetikettierungsüberwachung", "de", ["Rindfleische-", "tikettierungs-", "überwachung"]),
        ("Incomprehensibilities", "en", ["Incomprehens-", "ibilities"]),
        ("Anticonstitutionnellement", "fr", ["Anticonstitu-", "tionnellement"]),
        ("Достопримечательности", "ru", ["Достоприме-", "чательности"]),
        ("Arbeidsongeschiktheidsverzekering", "nl", ["Arbeidsonge-", "schiktheids-", "verzekering"]),
    ],
)
def test_words_are_hyphenated_in_their_own_language(word: str, language: str, expected: list[str]) -> None:
    """A word that is too wide is broken where its language's patterns have a syllable."""
    found = lines(word, 62, width=500, language=language)
    assert found == expected


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (
            "睡眠の質を静かに高める十の習慣：科学が示す、今日からできること。",
            ["睡眠", "高める", "習慣", "科学が", "できる"],
        ),
        ("悄悄改善睡眠的十个好习惯，科学告诉你该怎么做", ["悄悄", "改善", "睡眠的", "习惯", "科学", "告诉", "怎么"]),
        ("為什麼咖啡館的咖啡比較好喝？臺灣烘豆師的祕密", ["為什麼", "咖啡館", "好喝", "祕密"]),
        ("กาแฟอาหรับและวัฒนธรรมการดื่มกาแฟ", ["กาแฟอาหรับ", "และ", "วัฒนธรรม", "ดื่ม"]),
    ],
    ids=["ja", "zh-Hans", "zh-Hant", "th"],
)
@pytest.mark.parametrize("width", [400, 520, 640])
def test_words_stay_whole_where_none_are_parted_by_spaces(text: str, whole: list[str], width: int) -> None:
    """Japanese, Chinese and Thai lines end between phrases: every word stands on one line."""
    found = lines(text, 57, width=width, height=9999)
    assert len(found) > 1
    assert not [word for word in whole if not any(word in line for line in found)]
