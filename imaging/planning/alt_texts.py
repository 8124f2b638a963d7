"""Alternative texts, which readers get instead of a picture, in the language of the article."""

from collections.abc import Mapping

from imaging.text.sections import MAX_LABEL, cut

MAX_ALT_TEXT = 125  # characters; screen readers cut what is longer

# Alternative texts in the article's language (ISO 639-1); a language that is not listed gets the bare words.
_ALT: Mapping[str, Mapping[str, str]] = {
    "de": {
        "hero": "Titelbild zum Artikel „{topic}“",
        "supporting": "Bild zum Abschnitt „{aspect}“: {topic}",
        "comparison": "Bildvariante von {model} zum Thema {topic}",
        "card": "Vorschaukarte für {platform}: {topic}",
        "social": "Bild für {platform} zum Artikel „{topic}“",
    },
    "en": {
        "hero": "Title picture of the article “{topic}”",
        "supporting": "Picture for the section “{aspect}”: {topic}",
        "comparison": "Picture by {model} on the topic {topic}",
        "card": "Preview card for {platform}: {topic}",
        "social": "Picture for {platform}, article “{topic}”",
    },
    "fr": {
        "hero": "Image principale de l’article « {topic} »",
        "supporting": "Image pour la section « {aspect} » : {topic}",
        "comparison": "Image créée par {model} sur le thème : {topic}",
        "card": "Aperçu pour {platform} : {topic}",
        "social": "Image pour {platform}, article « {topic} »",
    },
    "es": {
        "hero": "Imagen principal del artículo «{topic}»",
        "supporting": "Imagen de la sección «{aspect}»: {topic}",
        "comparison": "Imagen de {model} sobre el tema {topic}",
        "card": "Vista previa para {platform}: {topic}",
        "social": "Imagen para {platform}, artículo «{topic}»",
    },
    "it": {
        "hero": "Immagine principale dell’articolo «{topic}»",
        "supporting": "Immagine per la sezione «{aspect}»: {topic}",
        "comparison": "Immagine di {model} sul tema {topic}",
        "card": "Anteprima per {platform}: {topic}",
        "social": "Immagine per {platform}, articolo «{topic}»",
    },
    "pt": {
        "hero": "Imagem principal do artigo “{topic}”",
        "supporting": "Imagem da secção “{aspect}”: {topic}",
        "comparison": "Imagem de {model} sobre o tema {topic}",
        "card": "Pré-visualização para {platform}: {topic}",
        "social": "Imagem para {platform}, artigo “{topic}”",
    },
    "nl": {
        "hero": "Hoofdafbeelding bij het artikel “{topic}”",
        "supporting": "Afbeelding bij de paragraaf “{aspect}”: {topic}",
        "comparison": "Afbeelding van {model} over het onderwerp {topic}",
        "card": "Voorbeeldkaart voor {platform}: {topic}",
        "social": "Afbeelding voor {platform} bij het artikel “{topic}”",
    },
    "pl": {
        "hero": "Zdjęcie tytułowe artykułu „{topic}”",
        "supporting": "Zdjęcie do części „{aspect}”: {topic}",
        "comparison": "Obraz z {model} na temat: {topic}",
        "card": "Karta podglądu dla {platform}: {topic}",
        "social": "Obraz dla {platform}, artykuł „{topic}”",
    },
    "ru": {
        "hero": "Главная иллюстрация к статье «{topic}»",
        "supporting": "Иллюстрация к разделу «{aspect}»: {topic}",
        "comparison": "Изображение от {model} на тему: {topic}",
        "card": "Карточка для {platform}: {topic}",
        "social": "Изображение для {platform}, статья «{topic}»",
    },
    "tr": {
        "hero": "“{topic}” yazısının ana görseli",
        "supporting": "“{aspect}” bölümünün görseli: {topic}",
        "comparison": "{model} ile yapılan görsel, konu: {topic}",
        "card": "{platform} için önizleme kartı: {topic}",
        "social": "{platform} için görsel, yazı: “{topic}”",
    },
    "ar": {
        "hero": "الصورة الرئيسية للمقال «{topic}»",
        "supporting": "صورة لقسم «{aspect}»: {topic}",
        "comparison": "صورة من {model} حول موضوع {topic}",
        "card": "بطاقة معاينة لـ {platform}: {topic}",
        "social": "صورة لـ {platform} عن المقال «{topic}»",
    },
    "ja": {
        "hero": "記事「{topic}」のメイン画像",
        "supporting": "「{aspect}」の節の画像：{topic}",
        "comparison": "{model}による「{topic}」の画像",
        "card": "{platform}用のプレビューカード：{topic}",
        "social": "{platform}用の画像：記事「{topic}」",
    },
    "zh": {
        "hero": "文章《{topic}》的主图",
        "supporting": "“{aspect}”一节的配图：{topic}",
        "comparison": "{model} 生成的图片，主题：{topic}",
        "card": "{platform} 预览卡片：{topic}",
        "social": "{platform} 图片：文章《{topic}》",
    },
    "sv": {
        "hero": "Huvudbild till artikeln ”{topic}”",
        "supporting": "Bild till avsnittet ”{aspect}”: {topic}",
        "comparison": "Bild från {model} på temat {topic}",
        "card": "Förhandsvisningskort för {platform}: {topic}",
        "social": "Bild för {platform} till artikeln ”{topic}”",
    },
    "da": {
        "hero": "Hovedbillede til artiklen “{topic}”",
        "supporting": "Billede til afsnittet “{aspect}”: {topic}",
        "comparison": "Billede fra {model} om emnet {topic}",
        "card": "Forhåndsvisningskort til {platform}: {topic}",
        "social": "Billede til {platform}, artiklen “{topic}”",
    },
    "no": {
        "hero": "Hovedbilde til artikkelen «{topic}»",
        "supporting": "Bilde til avsnittet «{aspect}»: {topic}",
        "comparison": "Bilde fra {model} om temaet {topic}",
        "card": "Forhåndsvisningskort for {platform}: {topic}",
        "social": "Bilde for {platform} til artikkelen «{topic}»",
    },
    "fi": {
        "hero": "Artikkelin ”{topic}” pääkuva",
        "supporting": "Osion ”{aspect}” kuva: {topic}",
        "comparison": "Mallin {model} kuva aiheesta {topic}",
        "card": "Esikatselukortti, {platform}: {topic}",
        "social": "Kuva, {platform}: artikkeli ”{topic}”",
    },
    "cs": {
        "hero": "Hlavní obrázek k článku „{topic}“",
        "supporting": "Obrázek k části „{aspect}“: {topic}",
        "comparison": "Obrázek od {model} na téma {topic}",
        "card": "Náhledová karta pro {platform}: {topic}",
        "social": "Obrázek pro {platform} k článku „{topic}“",
    },
    "uk": {
        "hero": "Головна ілюстрація до статті «{topic}»",
        "supporting": "Ілюстрація до розділу «{aspect}»: {topic}",
        "comparison": "Зображення від {model} на тему: {topic}",
        "card": "Картка попереднього перегляду для {platform}: {topic}",
        "social": "Зображення для {platform}, стаття «{topic}»",
    },
    "el": {
        "hero": "Κύρια εικόνα του άρθρου «{topic}»",
        "supporting": "Εικόνα για την ενότητα «{aspect}»: {topic}",
        "comparison": "Εικόνα από {model} με θέμα: {topic}",
        "card": "Κάρτα προεπισκόπησης για {platform}: {topic}",
        "social": "Εικόνα για {platform}, άρθρο «{topic}»",
    },
    "he": {
        "hero": "התמונה הראשית של הכתבה “{topic}”",
        "supporting": "תמונה לפרק “{aspect}”: {topic}",
        "comparison": "תמונה מאת {model} בנושא {topic}",
        "card": "כרטיס תצוגה מקדימה ל־{platform}: {topic}",
        "social": "תמונה ל־{platform}, כתבה: “{topic}”",
    },
    "hi": {
        "hero": "लेख “{topic}” का मुख्य चित्र",
        "supporting": "“{aspect}” खंड का चित्र: {topic}",
        "comparison": "{model} द्वारा बनाया गया चित्र, विषय: {topic}",
        "card": "{platform} के लिए पूर्वावलोकन कार्ड: {topic}",
        "social": "{platform} के लिए चित्र, लेख: “{topic}”",
    },
    "th": {
        "hero": "ภาพหลักของบทความ “{topic}”",
        "supporting": "ภาพประกอบหัวข้อ “{aspect}”: {topic}",
        "comparison": "ภาพโดย {model} ในหัวข้อ {topic}",
        "card": "การ์ดตัวอย่างสำหรับ {platform}: {topic}",
        "social": "ภาพสำหรับ {platform} บทความ “{topic}”",
    },
    "ko": {
        "hero": "“{topic}” 글의 대표 이미지",
        "supporting": "“{aspect}” 단락의 이미지: {topic}",
        "comparison": "{model} 이미지, 주제: {topic}",
        "card": "{platform}용 미리보기 카드: {topic}",
        "social": "{platform}용 이미지, 글: “{topic}”",
    },
}
_LOCAL = {"nb": "no", "nn": "no"}  # Norwegian goes by three names
_BARE: Mapping[str, str] = {
    "hero": "{topic}",
    "supporting": "{aspect} – {topic}",
    "comparison": "{topic} ({model})",
    "card": "{topic} – {platform} (Open Graph)",
    "social": "{topic} ({platform})",
}


def alt_text(language: str, kind: str, topic: str, **words: str) -> str:
    """Return the alternative text of a picture of `kind`, at most 125 characters, cut at a word.

    The topic is the part that gives way, so that what tells two pictures apart stays.
    """
    pattern = _ALT.get(_LOCAL.get(language, language), _BARE)[kind]
    words = {name: cut(word, MAX_LABEL) for name, word in words.items()}
    room = MAX_ALT_TEXT - len(pattern.format(topic="", **words))
    return pattern.format(topic=cut(topic, room), **words)
