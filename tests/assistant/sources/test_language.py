"""Which language a text is in, and what that costs."""

from __future__ import annotations

import pytest

from assistant.sources.language import detect, primary

SENTENCES = {
    "en": "The council opened the bridge over the river on Monday after four years of work.",
    "de": "Der Rat hat die Brücke über den Fluss am Montag nach vier Jahren Arbeit eröffnet.",
    "fr": "Le conseil a ouvert le pont sur le fleuve lundi, après quatre ans de travaux.",
    "es": "El consejo abrió el puente sobre el río el lunes después de cuatro años de obras.",
    "it": "Il consiglio ha aperto il ponte sul fiume lunedì dopo quattro anni di lavori.",
    "pt": "O conselho abriu a ponte sobre o rio na segunda-feira, depois de quatro anos de obras.",
    "nl": "De raad heeft de brug over de rivier maandag na vier jaar werk geopend voor het verkeer.",
    "sv": "Rådet öppnade bron över floden på måndagen efter fyra års arbete, och det var många som kom.",
    "pl": "Rada otworzyła w poniedziałek most na rzece po czterech latach prac, ale nie do końca.",
    "tr": "Konsey, dört yıllık çalışmanın ardından nehrin üzerindeki köprüyü pazartesi günü açtı ve bu çok iyi.",
    "ar": "افتتح المجلس الجسر فوق النهر يوم الاثنين بعد أربع سنوات من العمل.",
    "fa": "شورا پس از چهار سال کار، پل روی رودخانه را روز دوشنبه افتتاح کرد و مردم آمدند.",
    "ru": "Совет открыл мост через реку в понедельник после четырёх лет работы, и это хорошо.",
    "uk": "Рада відкрила міст через річку в понеділок після чотирьох років роботи, і це добре.",
    "el": "Το συμβούλιο άνοιξε τη γέφυρα.",
    "he": "המועצה פתחה את הגשר.",
    "zh": "市议会星期一开通了大桥。",
    "ja": "市議会は月曜日に橋を開通させた。",
    "ko": "시의회는 월요일에 다리를 개통했다.",
    "hi": "परिषद ने चार साल के काम के बाद सोमवार को नदी पर बना पुल खोल दिया और लोग आए।",
}


@pytest.mark.parametrize("code", SENTENCES)
def test_languages(code: str) -> None:
    assert detect(SENTENCES[code]) == code


@pytest.mark.parametrize("code", SENTENCES)
def test_what_is_expected_does_not_overrule_the_text(code: str) -> None:
    for expected in ("en", "ar", "ru"):
        assert detect(SENTENCES[code], expected=expected) == code


@pytest.mark.parametrize("text", ["", "1 234,5 %", "NATO", "Merz, Macron", "—"])
def test_too_short(text: str) -> None:
    assert detect(text) is None


def test_short_texts_follow_what_is_around_them_in_the_same_script() -> None:
    assert detect("Paris", expected="fr") == "fr"
    assert detect("Paris", expected="ar") is None
    assert detect("1,5 %", expected="fr") is None


@pytest.mark.parametrize(
    ("tag", "code"),
    [("en-GB", "en"), ("AR", "ar"), ("zh_Hant", "zh"), (None, None), ("english", None), ("", None)],
)
def test_primary_tags(tag: str | None, code: str | None) -> None:
    assert primary(tag) == code
