"""Whether two ways to name a speaker may mean the same one."""

from __future__ import annotations

import pytest

from assistant.language.people import full_name, namesakes, other_person, same_person


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Merz", "German Chancellor Friedrich Merz (CDU)"),
        ("Chancellor Merz", "Friedrich Merz"),
        ("German Chancellor Merz", "CDU leader Friedrich Merz"),
        ("chancellor merz", "Friedrich Merz"),
        ("the chancellor", "German Chancellor Friedrich Merz"),
        ("the German chancellor", "German Chancellor Friedrich Merz"),
        ("Donald", "Donald Trump"),
        ("Donald J. Trump", "Donald Trump"),
        ("J. Smith", "John Smith"),
        ("Alex Smith", "Alexander Smith"),
        ("Zelensky", "Zelensky's"),
        ("President Zelensky", "Volodymyr Zelenskyy"),
        ("Ursula von der Leyen", "von der Leyen"),
        ("the army", "The army"),
        ("the army", "the Ukrainian army"),
        ("the army", "A spokesman for the army"),
        ("Lopez", "Lopez's spokeswoman"),
        ("the Kremlin", "Kremlin spokesman Dmitry Peskov"),
        ("the Kremlin", "a Kremlin spokesman"),
        ("the mayor", "The mayor of Aswan"),
        ("the mayor of Aswan", "The mayor of Aswan"),
        ("Sweden's defence minister", "the defence minister of Sweden"),
        ("the Swedish defence minister", "the defence minister of Sweden"),
        ("Trump's envoy Steve Witkoff", "Witkoff"),
        ("the French president", "the president of France"),
        ("the Dutch foreign minister", "the foreign minister of the Netherlands"),
        ("Volker's lawyer", "the lawyer for Volker"),
        ("Sen. Sanders", "Bernie Sanders"),
        ("Bank of England Governor Andrew Bailey", "Andrew Bailey"),
        ("White House Chief of Staff John Kelly", "John Kelly"),
        ("Moon Jae-in", "Moon"),
        ("Jean-Luc Mélenchon", "Jean Luc Melenchon"),
        ("Merz", "Merz and Macron"),
        ("Emmanuel Macron", "Merz and Macron"),
        ("Yahya Sinwar", "يحيى السنوار"),
        ("مستشار الأمن القومي جيك سوليفان", "جيك سوليفان"),
        ("زيلينسكى", "زيلينسكي"),
        ("Mike Pence", "Michael Pence"),
        ("Tony Blair", "Anthony Blair"),
        ("Söder", "Markus Soeder"),
        ("Chief of Staff John Kelly", "Kelly"),
        ("Head of the IAEA Rafael Grossi", "Rafael Grossi"),
        ("House Speaker Johnson", "Mike Johnson"),
        ("Ayatollah Khamenei", "Ali Khamenei"),
        ("Joe Biden", "President Joseph R. Biden"),
        ("Mohammed bin Salman", "Mohammad bin Salman"),
        ("Abdel Fattah el-Sisi", "Abdel Fattah al-Sisi"),
        ("the UN", "the U.N."),
        ("the UN", "the United Nations"),
        ("the US", "the United States"),
        ("the White House", "White House press secretary Karoline Holm"),
        ("Terekhov", "The mayor of Kharkiv, Ihor Terekhov"),
        ("the mayor of Kharkiv", "The mayor of Kharkiv, Ihor Terekhov"),
        ("critics of Volker", "Volker's critics"),
        ("Lindsey Graham", "Graham"),
        ("Senator Graham", "Graham of South Carolina"),
        ("the Bank of England", "Bank of England"),
        ("Zelensky", "President of Ukraine Volodymyr Zelensky"),
        ("ماكرون", "الرئيس الفرنسي إيمانويل ماكرون"),
        ("الرئيس ماكرون", "إيمانويل ماكرون"),
        ("الرئيس الفرنسي ماكرون", "إيمانويل ماكرون"),
        ("المستشار", "المستشار ميرتس"),
        ("الرئيس الفرنسي", "الرئيس الفرنسي إيمانويل ماكرون"),
        ("الرئيس السيسي", "عبد الفتاح السيسي"),
        ("وزير الداخلية", "وزير الداخلية بيتر كيلر"),
        ("وزيرة الدفاع", "وزيرة الدفاع"),
        ("الجيش", "الجيش الروسي"),
        ("المسؤولون", "مسؤولون"),
        ("الجيش", "المتحدث باسم الجيش"),
        # By their sound.
        ("ميرتس", "German Chancellor Friedrich Merz (CDU)"),
        ("المستشار ميرتس", "Friedrich Merz"),
        ("أورسولا فون دير لاين", "Ursula von der Leyen"),
        ("Macron", "الرئيس الفرنسي إيمانويل ماكرون"),
        ("Ahmed Salem", "أحمد سالم"),
        ("Bashar al-Assad", "بشار الأسد"),
        ("Assad", "الأسد"),
        ("Abbas", "محمود عباس"),
        ("Recep Tayyip Erdogan", "رجب طيب أردوغان"),
        ("Abdel Fattah el-Sisi", "عبد الفتاح السيسي"),
    ],
)
def test_the_same(first: str, second: str) -> None:
    assert same_person(first, second)
    assert same_person(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Macron", "Friedrich Merz"),
        ("Lindsey Graham", "Julie Graham"),
        ("Senator Lindsey Graham", "Governor Julie Graham"),
        ("Christian Lindner", "Robert Lindner"),
        ("lindsey graham", "Julie Graham"),
        ("the Russian army", "the Ukrainian army"),
        ("the Russian army", "The Russian president"),
        ("the British government", "The German government"),
        ("the Danish defence minister", "the defence minister of Sweden"),
        ("the British", "the British government's critics"),
        ("Volker's lawyer", "Volker"),
        ("Volker's lawyer", "Kurt Volker"),
        ("Volker’s lawyer", "Ambassador Volker"),
        ("Merz", "Merz's critics"),
        ("Ford", "Friends of Ford"),
        ("Rudolph", "Rudolph's supporters"),
        ("Trump", "Trump supporters"),
        ("trump supporters", "Trump"),
        ("critics of Volker", "Volker"),
        ("critics of Donald J. Trump", "Donald Trump"),
        ("the lawyer for President Donald Trump", "Trump"),
        ("the man who investigated Volker", "Volker"),
        ("the man who investigated Volker", "the man"),
        ("the editor of Reuters", "Reuters"),
        ("the president of France", "President Trump"),
        ("the Bank of England", "the Bank of Japan"),
        ("the Bank of England", "England"),
        ("the mayor of Aswan", "The mayor of Luxor"),
        ("President Macron", "President Trump"),
        ("Ivan Holm", "Ivana Holm"),
        ("Iran's army", "Iraq's army"),
        ("the chancellor of Austria", "Australia's chancellor"),
        ("the mayor of New York", "the mayor of New Orleans"),
        ("the president of North Korea", "the president of Norway"),
        ("Scholz", "Merz and Macron"),
        ("Kowalska", "The wife of Kowalska"),
        ("منى سالم", "أحمد سالم"),
        ("الجيش الروسي", "الجيش الأوكراني"),
        ("الوزير", "محامي الوزير"),
        ("محامي الوزير", "الوزير"),
        ("ماكرون", "زوجة ماكرون"),
        ("ماكرون", "مستشار ماكرون"),
        ("الرئيس الفرنسي", "الرئيس الروسي"),
        ("وزير الداخلية", "وزارة الداخلية"),
        ("وزير الداخلية", "وزير الخارجية"),
        ("ميرتس", "Macron"),
        ("ميرتس", "Merz's critics"),
        ("الجيش", "the army"),
        ("Mohammed bin Zayed", "محمد بن سلمان"),
        ("Hafez al-Assad", "بشار الأسد"),
        ("the US", "the UN"),
        ("Lindsey Graham", "جولي غراهام"),
        ("", "Merz"),
        ("the", "Merz"),
    ],
)
def test_another(first: str, second: str) -> None:
    assert not same_person(first, second)
    assert not same_person(second, first)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("Merz", "Macron", True),
        ("Volker", "Volker's lawyer", True),
        ("Ahmed Salem", "the lawyer for Ahmed Salem", True),
        ("الوزير", "محامي الوزير أحمد سالم", True),
        ("Weber", "Backers of tariffs", True),
        ("the company", "Backers of tariffs", True),
        ("Bo Holm", "His sister", True),
        ("Bo Holm", "her lawyer", True),
        ("Bo Holm", "Their spokesman", True),
        ("Bo Holm", "His sister, councillor Ida Holm", True),
        ("Bo Holm", "Its lawyer, Max Braun", True),
        ("Ida Holm", "His sister, councillor Ida Holm", False),
        ("Holm", "His sister Ida Holm", False),
        ("Backers of tariffs", "the backers", False),
        # He may be.
        ("the suspect", "John Smith", False),
        ("Apple", "Apple CEO Tim Cook", False),
        ("Sisi", "السيسي", False),
        ("Merz and Macron", "Merz", False),
        ("Merz", "the chancellor", False),
        ("the president of France", "Emmanuel Macron", False),
        ("Merz", "Friedrich Merz", False),
    ],
)
def test_who_can_only_be_another(first: str, second: str, expected: bool) -> None:
    assert other_person(first, second) is expected
    assert other_person(second, first) is expected


ARABIC_TEXT = "وقال الوزير بيتر كيلر إن السد انهار. وأضاف كيلر أنه حزين."


@pytest.mark.parametrize(
    ("name", "full"), [("كيلر", "بيتر كيلر"), ("الوزير كيلر", "بيتر كيلر"), ("حزين", "حزين")]
)
def test_the_name_in_full_in_arabic(name: str, full: str) -> None:
    assert full_name(name, ARABIC_TEXT, len(ARABIC_TEXT)) == full


TEXT = (
    "Governor Julie Graham met Senator Lindsey Hall. Graham said it rained. Then came John Graham. "
    "Graham left."
)


@pytest.mark.parametrize(
    ("name", "before", "full"),
    [
        ("Graham", TEXT.index("Graham said"), "Julie Graham"),
        ("Graham", len(TEXT), "John Graham"),
        ("Graham", 0, "Julie Graham"),  # introduced only later: the first in the text
        ("Senator Hall", len(TEXT), "Lindsey Hall"),
        ("Julie Graham", len(TEXT), "Julie Graham"),
        ("Merz", len(TEXT), "Merz"),
        ("the governor", len(TEXT), "the governor"),
    ],
)
def test_the_name_in_full_as_the_text_has_it(name: str, before: int, full: str) -> None:
    assert full_name(name, TEXT, before) == full


@pytest.mark.parametrize(
    "text", ["\n" * 20_000, "Merz's " * 20_000, "of " * 20_000, "متحدث باسم " * 5_000]
)
def test_endless_names_take_no_time(text: str) -> None:
    assert not same_person(text, "Macron")
    assert full_name(text, "Macron", 0) == text


@pytest.mark.parametrize("text", ["On Tuesday Graham said so.", "In Washington Graham said so."])
def test_a_day_or_a_place_is_no_given_name(text: str) -> None:
    assert full_name("Graham", text, len(text)) == "Graham"


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Bo Holm came. Ida Holm left. ", ()),  # she is the subject right before
        ("Bo Holm came. Ida Holm left.\n\n", ("Bo Holm", "Ida Holm")),
        ("Bo Holm came. Ida Holm said it rained.\n\nIt snowed. ", ()),
        ("Bo Holm came. It rained, said the mayor, Ida Holm.\n\n", ()),
        ("Bo Holm came. It rained, said mayor Ida Holm.\n\n", ()),
        ("Bo Holm came. Reed met Ida Holm. ", ("Bo Holm", "Ida Holm")),
        ("Bo Holm came. President Bo J. Holm left.\n\n", ()),
        ("Under Holm it rained. Bo Holm left.\n\n", ()),
    ],
)
def test_whom_a_surname_of_several_may_mean(text, people):
    assert namesakes("Holm", f"{text}It was late, Holm said.", len(text)) == people
