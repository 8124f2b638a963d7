"""The preview of a brand: what it shows, and that foreign words stay words."""

from imaging.articles.brand_change import BrandReport
from imaging.cards.samples import Sample
from imaging.pages.brand_preview import brand_page, markdown_brand
from tests.imaging.cards.contact_sheet import logo

SAMPLES = [Sample(group, name, logo()) for group in ("minimal", "split", "logo") for name in ("one", "two")]


def test_the_preview_has_every_sample_and_no_words_of_prompts() -> None:
    """All samples are on the page, in feeds too; a name that is markup is text; style words are for operators alone."""
    report = BrandReport(user_id="acme", site_name="<script>x</script>", style="secret style", color="#0a7d5a")
    page, summary = brand_page(report, SAMPLES), markdown_brand(report, SAMPLES)
    assert page.count("<figure>") == len(SAMPLES)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "secret style" not in page
    assert "secret style" in summary.replace("\\", "")
    assert summary.count("<img") == 2
