"""Recognise headings without a subject of their own: contents, introduction, conclusion, references."""

import re
import unicodedata

# By language; `is_frame` compares without case, numbering and punctuation.
_FRAMES = """
inhalt; inhaltsverzeichnis; inhaltsübersicht; inhaltsangabe; übersicht; einleitung; einführung; vorwort; zum einstieg;
einstieg; fazit; mein fazit; unser fazit; schluss; schlusswort; schlussfolgerung; schlussfolgerungen; schlussbemerkung;
nachwort; zusammenfassung; kurz zusammengefasst; auf einen blick; das wichtigste in kürze; kurzfassung; ausblick;
fazit und ausblick; quellen; quellenverzeichnis; quellenangaben; einzelnachweise; literatur; literaturverzeichnis;
fußnoten; anmerkungen; danksagung; weiterführende links; weiterlesen; häufige fragen; häufig gestellte fragen;
fragen und antworten; über den autor; über die autorin; kommentare; anhang; links; impressum;
contents; table of contents; toc; overview; outline; introduction; intro; foreword; preface; prologue;
conclusion; conclusions; final thoughts; closing thoughts; final words; closing; summary; in summary; executive summary;
wrap up; wrapping up; to sum up; the bottom line; tldr; tl dr; key takeaways; takeaways; abstract; epilogue; afterword;
references; sources; bibliography; further reading; read more; related posts; related articles; footnotes; notes;
endnotes; citations; acknowledgements; acknowledgments; faq; faqs; frequently asked questions; about the author;
about the authors; appendix; comments; resources; credits;
sommaire; table des matières; introduction générale; avant propos; préface; en conclusion; pour conclure; en résumé;
résumé; synthèse; références; sources et références; bibliographie; notes de bas de page; foire aux questions;
questions fréquentes; remerciements; pour aller plus loin; à propos de l auteur; annexe; annexes;
índice; índice de contenidos; tabla de contenidos; contenido; contenidos; introducción; prólogo; prefacio; conclusión;
conclusiones; resumen; en resumen; referencias; fuentes; bibliografía; notas; preguntas frecuentes; agradecimientos;
indice; indice dei contenuti; sommario; introduzione; prefazione; conclusione; conclusioni; in conclusione; riepilogo;
riassunto; in sintesi; riferimenti; fonti; bibliografia; note; domande frequenti; ringraziamenti;
sumário; introdução; prefácio; conclusão; considerações finais; resumo; referências; fontes; perguntas frequentes;
inhoud; inhoudsopgave; inleiding; voorwoord; conclusie; tot slot; slot; samenvatting; bronnen; literatuur; voetnoten;
veelgestelde vragen; nawoord;
spis treści; wstęp; wprowadzenie; podsumowanie; wnioski; zakończenie; źródła; przypisy;
innehåll; innehållsförteckning; inledning; introduktion; förord; slutsats; slutsatser; sammanfattning; källor;
referenser; vanliga frågor; indhold; indholdsfortegnelse; indledning; konklusion; opsummering; kilder; innhold;
innholdsfortegnelse; innledning; konklusjon; oppsummering; sisällys; sisällysluettelo; johdanto; yhteenveto; lähteet;
obsah; úvod; závěr; shrnutí; zdroje; içindekiler; giriş; sonuç; özet; kaynaklar; kaynakça;
содержание; оглавление; введение; вступление; заключение; выводы; вывод; итоги; источники; литература; примечания;
зміст; вступ; висновок; висновки; джерела; περιεχόμενα; εισαγωγή; συμπέρασμα; επίλογος; πηγές;
目次; はじめに; 序論; おわりに; 終わりに; まとめ; 結論; 参考文献;
目录; 目錄; 引言; 前言; 简介; 结论; 結語; 总结; 總結; 参考资料;
목차; 서론; 들어가며; 소개; 결론; 마치며; 마무리; 요약; 참고문헌; 참고 자료;
المحتويات; جدول المحتويات; مقدمة; المقدمة; خاتمة; الخاتمة; الخلاصة; خلاصة; المراجع; المصادر;
תוכן עניינים; מבוא; הקדמה; סיכום; מקורות; विषय सूची; परिचय; प्रस्तावना; निष्कर्ष; सारांश; संदर्भ; สารบัญ; บทนำ; สรุป
"""
_NAMES = frozenset(" ".join(name.casefold().split()) for name in _FRAMES.split(";"))
_NUMBER = re.compile(r"(?:\d{1,3}|[ivx]{1,5}|[a-h])[.)]\s+|\d{1,3}(?:\.\d{1,3}){0,3}\s+")


def is_frame(heading: str) -> bool:
    """Return whether a heading only frames the article, such as `1. Einleitung` or `Conclusion:`."""
    text = " ".join(heading.casefold().replace("tl;dr", "tldr").split())
    text = _NUMBER.sub("", text, count=1) if _NUMBER.match(text) else text
    # Combining marks belong to letters in Hindi and Thai; any other character but letters and digits separates words.
    words = "".join(sign if sign.isalnum() or unicodedata.category(sign)[0] == "M" else " " for sign in text)
    return " ".join(words.split()) in _NAMES
