"""Our rules beside those of others."""

import pytest
from lxml import etree

from imaging.housekeeping.bucket_rules import NoRules, Wanted, merged_rules, shown_rules

LIFECYCLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/" xmlns:v="urn:vendor">
  <Rule><ID>logs &amp; more</ID><Filter><And><Prefix>logs/</Prefix><Tag><Key>a</Key><Value> b </Value></Tag></And>
    </Filter>    <Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays>
    <v:Unknown mode="x">kept</v:Unknown></NoncurrentVersionExpiration><!-- theirs --></Rule>
  <Rule><Prefix>old/</Prefix><Status>Disabled</Status><Expiration><Days>1</Days></Expiration></Rule>
</LifecycleConfiguration>"""
CORS = b"""<CORSConfiguration><CORSRule><AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>GET</AllowedMethod>
<AllowedMethod>HEAD</AllowedMethod><ExposeHeader>ETag</ExposeHeader></CORSRule></CORSConfiguration>"""


def rules(document: bytes) -> list[bytes]:
    return [etree.tostring(rule, with_tail=False) for rule in etree.fromstring(document)]


def test_rules_of_others_stay_to_the_letter() -> None:
    """What others have set is the same afterwards, unknown elements and comments too; ours comes behind, once."""
    once = merged_rules("lifecycle", LIFECYCLE, Wanted(30))
    assert rules(once)[:2] == rules(LIFECYCLE)
    assert shown_rules("lifecycle", once)[2:] == [
        "ID article-images, Filter(Prefix), Status Enabled, NoncurrentVersionExpiration(NoncurrentDays 30),"
        " AbortIncompleteMultipartUpload(DaysAfterInitiation 1)"
    ]
    again = merged_rules("lifecycle", once, Wanted(7))
    assert rules(again)[:2] == rules(LIFECYCLE)
    assert [rule.partition(b"NoncurrentDays>")[2][:1] for rule in rules(again)[2:]] == [b"7"]
    assert rules(merged_rules("lifecycle", again, Wanted(7))) == rules(again)
    both = merged_rules("lifecycle", again, Wanted(9, "pictures/"))
    assert rules(both)[:3] == rules(again)
    assert rules(merged_rules("cors", CORS, Wanted(1)))[:1] == rules(CORS)


def test_what_others_do_already_is_not_set_twice() -> None:
    """A rule in force on the whole prefix stands for ours; one that is off, on a part or on a tag does not."""
    theirs = LIFECYCLE.replace(b"<Prefix>old/</Prefix><Status>Disabled", b"<Prefix></Prefix><Status>Enabled").replace(
        b"<Expiration><Days>1</Days></Expiration>",
        b"<NoncurrentVersionExpiration><NoncurrentDays>9</NoncurrentDays></NoncurrentVersionExpiration>",
    )
    merged = shown_rules("lifecycle", merged_rules("lifecycle", theirs, Wanted(30)))
    assert [rule.count("NoncurrentDays") for rule in merged] == [1, 1, 0]
    assert "AbortIncompleteMultipartUpload" in merged[2]
    named = Wanted(30, origins=("https://a.example", "https://b.example"))
    assert shown_rules("cors", merged_rules("cors", CORS, named))[1:] == [
        "ID article-images, AllowedOrigin https://b.example, AllowedMethod GET, AllowedMethod HEAD, MaxAgeSeconds 3600"
    ]
    assert rules(merged_rules("cors", CORS, Wanted(30, origins=("https://a.example",)))) == rules(CORS)


@pytest.mark.parametrize("document", [b"<ListBucketResult/>", b"<html>", b""])
def test_another_document_is_not_taken_for_rules(document: bytes) -> None:
    """A store that answers a question for rules with something else has none: nothing is merged into that."""
    with pytest.raises(NoRules):
        merged_rules("lifecycle", document, Wanted(30))
