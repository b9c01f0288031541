"""``pullquote brief``, and ``ask`` where a broad question is asked, as a person and a script get them."""

from __future__ import annotations

import json

BERLIN = "European leaders agree on multinational peacekeeping force at Berlin Ukraine summit"


def test_a_brief_is_sentences_with_their_places(call):
    code, out, err = call("brief", "the Paris summit", "--sentences", "3")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [line[:3] for line in lines if line.startswith("[")] == ["[1]", "[2]", "[3]"]
    assert lines[0].startswith("“At the summit in Paris, representatives from 35 countries")
    assert "Coalition of the Willing plans security guarantees for Ukraine · lede" in lines[1]


def test_a_brief_for_scripts(call):
    code, out, _ = call("brief", "Compare the Paris and Berlin summits", "--json")
    found = json.loads(out)
    assert (code, found["schema"]) == (0, "pullquote/brief/1")
    paris, berlin = found["sides"]
    assert (paris["subject"], berlin["subject"]) == ("the Paris summits", "Berlin summits")
    assert BERLIN in {sentence["citation"]["title"] for sentence in berlin["sentences"]}
    for side in (paris, berlin):
        for sentence in side["sentences"]:
            citation = sentence["citation"]
            assert citation["end"] - citation["start"] == len(citation["quote"])


def test_of_one_article(call):
    _, listed, _ = call("list", "Berlin Ukraine summit", "--json")
    (berlin,) = json.loads(listed)["articles"]
    _, out, _ = call("brief", "the summit", "--article", berlin["id"][:8], "--json")
    titles = {
        s["citation"]["title"] for side in json.loads(out)["sides"] for s in side["sentences"]
    }
    assert titles == {BERLIN}


def test_nothing_about_it_is_told_by_the_exit_code(call):
    assert call("brief", "the chess championship in Kuala Lumpur") == (
        1,
        "Nothing in the library is about this.\n",
        "",
    )
    code, _, err = call("brief", "Paris", "--sentences", "21")
    assert (code, err) == (
        2,
        "pullquote: a brief has 1 to 20 sentences, not 21: ask for fewer\n",
    )


def test_a_broad_question_is_answered(call):
    code, out, _ = call("ask", "What happened in Berlin?")
    assert code == 0
    assert "agreed on December 15 on a multinational force" in out
    code, out, _ = call("ask", "Tell me about the Paris summit", "--json")
    answer = json.loads(out)
    assert (code, answer["status"], answer["reason"]) == (0, "answered", None)
    assert answer["brief"]["sides"][0]["sentences"][0]["citation"]["section"] == "lede"
