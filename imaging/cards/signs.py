"""Characters with a say in line breaking."""

# No line may start or end with these: JIS X 4051, https://www.w3.org/TR/jlreq/ (kinsoku shori).
NOT_FIRST = frozenset(
    "、。，．・：；？！）」』】〉》〕］｝〟’”…‥％ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々ゝゞヽヾ"
    "!?,.:;)]}%»›،؛؟।ๆฯ་།"
)
NOT_LAST = frozenset("（「『【〈《〔［｛〝‘“＃￥([{«‹¿¡$€£¥#")

SYLLABLE_ENDS = frozenset("་།")  # of Tibetan: a line may end behind each
DASHES = frozenset("-–—‐")
SEPARATORS = DASHES | frozenset("·•|/")  # belong to what follows no more than to what precedes
URL_JOINTS = frozenset("/.-_?&=:@#")
ENDINGS = frozenset(".,:;!?…。、，：；？！،؛؟।")  # a line gladly ends after a clause
DROPPED_BEFORE_ELLIPSIS = frozenset(" ,;:–—-.…、，،([{/")

# Scripts that write words without spaces.
NO_SPACES = frozenset({"THAI", "LAO", "KHMER", "MYANMAR", "JAVANESE", "BALINESE", "TAI"})
LEADING_VOWELS = frozenset("เแโใไເແໂໃໄ")  # Thai, Lao: written before the consonant they belong to
TRAILING_VOWELS = frozenset("ะาำๅๆฯະາຳໆ")  # ... and after it

VOWELS = frozenset("aeiouyаеиоуыэюяєіїёαεηιουω")
DIGRAPHS = ("sch", "ch", "ck", "ph", "th", "sh", "qu", "st", "sz", "cz", "rz", "gn")

# German compounds are joined behind these endings, and before these words (without accents).
COMPOUND_JOINTS = ("ungs", "heits", "keits", "schafts", "tions", "tats")
COMPOUND_STARTERS = ("uber", "unter", "zwischen")

CHINESE_PARTICLES = frozenset("的了和与與及在是")  # a line ends more gladly after one than inside a word
