"""Character sets for line breaking."""

# No line may start or end with these: JIS X 4051, https://www.w3.org/TR/jlreq/ (kinsoku shori).
NOT_FIRST = frozenset(
    "、。，．・：；？！）」』】〉》〕］｝〟’”…‥％ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々ゝゞヽヾ"
    "!?,.:;)]}%»›،؛؟।ๆฯ་།"
)
NOT_LAST = frozenset("（「『【〈《〔［｛〝‘“＃￥([{«‹¿¡$€£¥#")

SYLLABLE_ENDS = frozenset("་།")  # Tibetan: a line may end after each
DASHES = frozenset("-–—‐")
SEPARATORS = DASHES | frozenset("·•|/")  # between two words, belonging to neither
URL_JOINTS = frozenset("/.-_?&=:@#")
ENDINGS = frozenset(".,:;!?…。、，：；？！،؛؟।")  # ends of clauses: good places for a break
DROPPED_BEFORE_ELLIPSIS = frozenset(" ,;:–—-.…、，،([{/")

# Scripts that write words without spaces.
NO_SPACES = frozenset({"THAI", "LAO", "KHMER", "MYANMAR", "JAVANESE", "BALINESE", "TAI"})
LEADING_VOWELS = frozenset("เแโใไເແໂໃໄ")  # Thai, Lao: written before the consonant they belong to
TRAILING_VOWELS = frozenset("ะาำๅๆฯະາຳໆ")  # ... and after it

VOWELS = frozenset("aeiouyаеиоуыэюяєіїёαεηιουω")
DIGRAPHS = ("sch", "ch", "ck", "ph", "th", "sh", "qu", "st", "sz", "cz", "rz", "gn")

# German compounds are divided after these endings and before these words (without accents).
COMPOUND_JOINTS = ("ungs", "heits", "keits", "schafts", "tions", "tats")
COMPOUND_STARTERS = ("uber", "unter", "zwischen")

CHINESE_PARTICLES = frozenset("的了和与與及在是")  # better places for a break (after them) than inside a word
