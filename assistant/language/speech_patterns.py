"""The patterns of reported speech, English and Arabic: who may speak, and by which words that is said."""

from __future__ import annotations

import re

from assistant.language.people import ARABIC_VERB as AR_VERB
from assistant.language.people import NO_SPEAKERS, OFFICES, PEOPLE, SPOKESPERSON

QUOTATION = re.compile(
    r"(?:(?P<double>[\"“«„»])|(?<!\w)['‘](?=\w))"
    r"(?P<inner>(?(double)[^\"“”«»„]+|(?:[^'’\"“”]|['’](?=\w)){1,1000}))"
    r"(?(double)[\"”»“«]|['’](?!\w))"
)
"""Words in quotation marks; group ``inner`` is without the marks."""
NO_SUBJECTS = NO_SPEAKERS | frozenset(
    "is are was were do does did has have had can could will would should may might must shall no yes".split()
)
NO_ROLE = rf"(?:{'|'.join(sorted(NO_SPEAKERS))}|of|to|into|between|among|the|an?|his|her|its|their)"
UPPER = "A-ZÀ-ÖØ-ÞΑ-ΩА-Я" + "".join(
    char for char in map(chr, (*range(0x100, 0x250), *range(0x1E00, 0x1F00))) if char.isupper()
)
CAP = (
    rf"(?:(?:Mr|Mrs|Ms|Dr|Prof|Gen|Sen|Rep|Gov|Lt|Col|St|Sgt|Capt|Maj)\.|[{UPPER}]\.(?:[A-Z]\.){{0,5}}|"
    rf"(?:(?:[Aa]l|[Ee]l|[Aa][dnrst]|[Aa]sh|d['’])-?)?[{UPPER}][\w'’-]*)"
)
PARTICLE = r"(?:de|van|von|der|den|al|bin|ibn|of|the|for|di|da|la|del|dos|das|du|zu|ter)"
NAME = (
    rf"(?:[Tt]he\s+)?{CAP}(?:\s+(?:{PARTICLE}\s+){{0,2}}{CAP}){{0,7}}(?:,?\s+(?:Jr|Sr)\.)?"
    r"(?:\s*\([A-Z][\w.-]{0,8}\))?"
)
_FULL_NAME = rf"{CAP}\s+(?:{PARTICLE}\s+){{0,2}}{CAP}(?:\s+{CAP})*"
_PLAIN = (
    rf"(?!(?:{'|'.join(sorted(NO_SUBJECTS))}|to|of|into|about|late|early|earlier|last|who|\w+day|\w+ed|said|says)\b)"
    r"[a-z][\w'’-]*"
)
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
ROLE = (
    r"(?:(?:[Tt]he|[Aa]n?|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir|[Ss]ome|[Mm]any|[Ss]everal|[Tt]wo|[Oo]ne)\s+)?"
    rf"(?:(?!{NO_ROLE}\b)\w[\w'’-]*\s+){{0,2}}(?i:{SPOKESPERSON}|{OFFICES}|{PEOPLE})\b"
    rf"(?:\s+(?!(?:on|in|at)\s+(?:\w+day|\d\w*|an?|his|her|its|their|court|response|reply|{_MONTH})\b)"
    rf"(?:for|of|from|at|on|in|by)\s+(?:the\s+)?(?:{_PLAIN}(?:\s+{_PLAIN}){{1,3}}(?=\s*(?:[,.;!?)”»]|$))|(?:[a-z][\w'’-]*\s+(?:of\s+)?){{0,3}}?[\w'’-]+"
    rf"(?:\s+[{UPPER}][\w'’-]*)*)){{0,2}}(?:\s+(?:familiar\s+with|briefed\s+on|close\s+to)\s+the\s+\w+)?"
)
PRONOUNS = frozenset(("he", "she", "they", "it", "هو"))
PRONOUN = r"(?:He|She|They|It|he|she|they|it)"
WHO = rf"(?<![\w'’-])(?P<who>{ROLE}(?:\s+{NAME})?|{NAME}|\b{PRONOUN})"
_CALLS = (
    r"call(?:s|ed)?|brand(?:s|ed)?|label(?:s|l?ed)?|dub(?:s|bed)?|term(?:s|ed)?|deem(?:s|ed)?|hail(?:s|ed)?|"
    r"denounc(?:es?|ed)|condemn(?:s|ed)?|slam(?:s|med)?|characteri[sz]e[sd]?|portray(?:s|ed)?"
)
CALLS = re.compile(rf"\b(?:{_CALLS})\Z")
"""In the words that say who speaks: only what is quoted after it is the speaker's."""
_DENIED = (
    r"claims?|reports?|accusations?|allegations?|suggestions?|criticisms?|rumou?rs?|notions?|ideas?|assertions?|"
    r"insinuations?|speculations?|arguments?|objections?|theor(?:y|ies)|complaints?"
)
VERB = (
    r"(?:said(?!\s+to\s+(?:be|have)\b)|says|say|stated|states?(?=\s+that\b|[,:]|\s*[“\"«])|told|tells|added|adds|announced|announces|argued|argues|argue|"
    r"claimed|claims|claim|insisted|insists|warned|warns|warn|declared|declares|explained|explains|noted|"
    r"notes|note|wrote|writes|tweeted|posted|reported|reports|report|confirmed|confirms|den(?:y|ies|ied)|"
    r"suggested|suggests|replied|replies|responded|responds|admitted|admits|acknowledged|acknowledges|"
    r"conceded|promised|promises|pledged|pledges|vowed|vows|urged|urges|demanded|demands|emphasi[sz]ed|"
    r"emphasi[sz]es|stressed|stresses|believes?|believed|thinks?|hopes?|hoped|predicted|predicts|estimated|"
    r"estimates|described|describes|criticise[sd]?|criticize[sd]?|praise[sd]?|recalled|recalls|remarked|"
    r"signall?ed|signals|testified|commented|continued|concluded|asked|asks|reiterated|alleged|alleges|"
    r"(?:found|finds|find|showed|shows|show|revealed|reveals|reveal)(?=\s+that\b)|"
    rf"(?:reject(?:s|ed)?|refut(?:es?|ed)|dismiss(?:es|ed)?|disput(?:es?|ed))(?=\s+(?:that\b|(?:[\w'’-]+\s+){{0,4}}?"
    rf"(?:{_DENIED})\b))|"
    rf"(?:{_CALLS}|dismiss(?:es|ed)?)(?!\s+(?:for\b|(?:the|an?)\s+[“\"«‘']))(?=\s[^.;:?!“”\"«»‘]{{1,80}}\s[“\"«‘']\w))"
)
ADVERB = r"(?:(?:has|have|had|also|later|then|previously|repeatedly|once|however|already|publicly)\s+){0,2}"
NO_STATEMENT = (
    r"(?!ask(?:ed|s)(?!\s*(?:[,:.“\"]|$)|\s+(?:that|if|whether|why|how|what|when|where)\b|[^.]{0,40}[:“\"])|continued(?!\s*[,:]?\s*[“\"‘«]|\s+that\b)|respond(?:ed|s)\s+(?:to|by|with|on|in)\b|repli(?:ed|es)\s+(?:on|in|by)\b|"
    r"wr(?:ote|ites)\s+(?:an?|his|her|its|their|the|in|for|to)\b(?![^.]{0,80}(?:\bthat\b|[“\"«:]))|"
    r"claim(?:ed|s)?\s+(?:the\s+lives\b|(?:her|his|its|their)\s+(?:[\w-]+\s+){0,4}?(?:titles?|wins?|victory|life|"
    r"place|crown|medals?|gold|throne|spot|seat|prize)\b)|"
    r"(?:report|confirm|declar|presum|believ|fear|alleg|estimat|predict)ed\s+(?:to\s+(?:be|have)\b|"
    r"(?:missing|dead|killed|injured|wounded|stolen|lost|ill|absent|trapped|safe|drowned)(?=\s*(?:[.,;:)]|$)|\s+(?:in|on|at|"
    r"after|since|by|from|during|near|following|earlier|last|this|and|or|is|are|was|were|has|have|had)\b))|"
    r"thought\s+to\s+(?:be|have)\b|"
    r"den(?:y|ies|ied)\s+(?:(?:him|them|us|me)\b|(?:[\w-]+\s+)?(?:access|entry|permission|bail|visas?|asylum)\b))"
)
"""Verbs of speaking in another sense."""
DENIES = re.compile(
    r"\b(?:den(?:y|ies|ied)|reject(?:s|ed)?|refut(?:es?|ed)|dismiss(?:es|ed)?|disput(?:es?|ed))\Z"
    r"|(?<!\w)[وف]?(?:نفى|نفت|ينفي|تنفي|نفوا|أنكر|أنكرت|ينكر|تنكر)(?!\w)"
)
"""In the words that say who speaks: what follows is what he says is not so."""
SENTENCE_END = re.compile(r"[.!?؟][”\"’»]?\s+")
DENIED_UNTIL = re.compile(
    r"[:;؛]|[.!?؟][”\"’»]?\s|\bas\s+(?=(?:an?\s+|the\s+)?[“\"«‘])|,?\s+(?:and|but)\s+(?:(?:he|she|they|it)\s+)?"
    r"(?:said|says|added|adds|told|insisted|insists|stressed|argued|accused|called)\b"
    r"|,\s+(?:but|while|whereas|though|although|(?:and\s+)?"
    r"(?:say|add|call|insist|argu|claim|stat|tell|not|explain|describ|stress|warn|point)ing)\b"
    r"|،?\s(?:و?لكن|بل|(?:قائل|مضيف|مؤكد|موضح|مشير|معتبر|مشدد)(?:ا|اً|ة|ين))(?!\w)"
)
"""Where that ends."""
_ASIDE = r"(?:,\s[^,.;:“\"]{1,80}){1,2},|,\s[A-Z]-[A-Z][\w.]{0,6},"
BEFORE = re.compile(
    rf"{WHO}(?P<aside>{_ASIDE}|\s+\([^()]{{1,30}}\))?,?\s+{ADVERB}{NO_STATEMENT}{VERB}\b"
)
BEFORE_AFTER_QUOTE = re.compile(rf"[,?!][”\"’'»]\s+{WHO}(?P<aside>{_ASIDE})?,?\s+{ADVERB}{VERB}\b")
"""After a quotation any verb of speech speaks: "“…,” Holm wrote in his opinion."."""
BEFORE_ASIDE = re.compile(rf"{WHO}(?P<aside>{_ASIDE})\s+{ADVERB}{NO_STATEMENT}{VERB}\b")
TITLED = (
    rf"{NAME}(?:\s+(?!{NO_ROLE}\b|\w+ed\b)[a-z][\w-]*){{0,4}}?\s+"
    rf"(?:head|chair\w*|{SPOKESPERSON}|{OFFICES}|{PEOPLE})\b"
    rf"(?:\s+{NAME})?"
)
"""Where a name comes last, a noun may come after it, and then another: "AirAsia boss Tony Fernandes"."""
LAST_WHO = rf"(?P<who>{TITLED}|{ROLE}(?:\s+{NAME})?|{NAME})"
FIRST_WHO = rf"(?P<who>{TITLED}|{ROLE}(?:\s+{NAME})?|{NAME}|\b{PRONOUN})"
AFTER = re.compile(rf"(?:[,”\"’'»]|\.\.\.|[?!])\s*{ADVERB}(?!tells?\b|told\b){VERB}\s+{LAST_WHO}")
"""After "told" stands who listens."""
_AUXILIARY = r"(?:is|are|was|were|has|have|had|will|would|can|could|cannot|may|might|must|should|did|does|do)\b"
SUBJECT_GOES_ON = re.compile(rf"\s+(?:{_AUXILIARY}|\w+n['’]t\b)")
SUBJECT_DID = re.compile(
    r"\s+(?:(?!(?:based|quoted|cited|named|briefed|involved|appointed|assigned|employed|hired|contacted|interviewed|"
    r"reached|stationed|posted|located|tasked|charged)\s+(?:in|at|by|on|near|with|for|to|from|as|outside)\b)\w{2,}ed|won|lost|fell|rose|took|gave|went|came|left|found|made|got|kept|held|knew|saw|began|became|paid|"
    r"sent|put|cut|met|ran|broke|felt|stood|grew|fought|spent|lay|wrote|built|bought|sold|brought)\b"
)
"""After a noun that follows "said": then it is what someone else's words are about."""
ACCORDING = re.compile(
    rf"\b(?:[Aa]ccording to|[Ii]n the words of|[Aa]s (?:told|reported|stated|claimed) by)\s+"
    rf"{LAST_WHO}"
)
IN_WORDS = re.compile(rf"\b[Ii]n (?P<who>{NAME})['’]s?(?:\s+own)?\s+words\b")
COLON = re.compile(rf"^\W*{FIRST_WHO}(?P<rest>[^“”\"«».!?]{{0,120}}):\s*(?=[“\"«„‘'\w])")
INTRODUCES = re.compile(r"[^.!?“”\"«»]{0,40}[:,]?\s*[“\"«]")
"""After "Holm replied": a quotation of his own."""
QUOTED_NEXT = re.compile(r"\s*[“\"«„‘']")
NO_SPEAKING = frozenset(
    "study studies report reports survey poll analysis research review update updates live breaking news "
    "exclusive explainer explained video videos photo photos picture pictures gallery watch opinion opinions "
    "comment editorial interview profile obituary background note notes warning alert correction fact factbox "
    "timeline statement declaration views sentiments posts source sources question answer example".split()
)
"""What headlines and notes put before a colon, and nobody's name."""
LABEL = r"(?m)^[^\w\n]*{}\s*:\s"
SUBJECT = re.compile(
    rf"^\W*(?:(?!(?:{TITLED}|{ROLE})\b)(?:The|An?|His|Her|Its|Their|One)\s(?:[a-z][\w'’-]*\s){{0,4}}?[a-z][\w'’-]*,\s"
    rf"(?={_FULL_NAME},))?(?P<all>(?P<who>{TITLED}|{ROLE}(?:\s+{NAME})?|{NAME})(?:,\s{_FULL_NAME}(?=,))?)"
)
AND_SAID = re.compile(
    r"[^“”\"«».!?:;]{1,160}?\s(?:and|but)\s+(?:later\s+|then\s+|also\s+)?"
    r"(?:said|says|added|adds|told|tells|warned|warns|announced|promised|insisted|insists|noted|denied|denies)\b"
)
"""After a subject that did something else first: "apologised and said"."""
AR_WORD = r"[\u0621-\u064a\u064b-\u0652]+"
AR_STOP = (
    r"(?=\s*(?:[:،,.«“\"(]|$|\s(?:إن|أن|إنه|إنها|أنه|أنها|بأن|في|خلال|على|بعد|عن|أمام|إلى|من|يوم|أمس|اليوم|صباح|مساء|"
    r"ذلك|قائلا|قائلاً|قائلة|"
    r"(?:ال)?(?:أحد|اثنين|إثنين|ثلاثاء|أربعاء|خميس|جمعة|سبت)|ل(?:لصحفيين|لصحافيين|قناة|شبكة|وكالة|صحيفة|مجلة|موقع|"
    r"وسائل|هيئة|إذاعة|تلفزيون|برنامج|رويترز|\w+(?:ه|هم|ها)))\b))"
)
"""What a name ends at: "that", where, when and to whom."""
AR_NAME = rf"(?P<who>(?!(?:إن|أن|إنه|إنها|أنه|أنها|بأن|ما)\b){AR_WORD}(?:\s+{AR_WORD}){{0,8}}?)"
AR_BEFORE = re.compile(rf"(?<!\w)[وف]?{AR_VERB}\s+{AR_NAME}{AR_STOP}")
_AR_THAT = r"(?:إن|أن|إنه|إنها|أنه|أنها|بأن)"
AR_AFTER = re.compile(
    rf"^\W*(?:أما\s+)?(?P<who>(?!(?:{AR_VERB}|أما)\b){AR_WORD}(?:\s+{AR_WORD}){{0,5}}?)(?:،[^،.؛:«»]{{1,80}}،)?\s+ف?{AR_VERB}"
    rf"(?=\s+{_AR_THAT}\b)"
)
AR_IMPLIED = re.compile(rf"^\W*[وف]?{AR_VERB}(?=\s+(?:(?:إلى|من)\s+)?{_AR_THAT}\b)")
"""A verb without a subject: who spoke before it."""
AR_HE = "هو"
AR_COLON = re.compile(rf"^\W*(?P<who>{AR_WORD}(?:\s+{AR_WORD}){{0,4}}):\s*(?=[“\"«])")
_AR_REPORTED = rf"(?:ما\s+(?:{AR_VERB}|نقلت?|أوردت?|نشرت?|بثت?|كشفت?)ه?\s+(?:(?:به|عنه|إليه)\s+)?)?"
"""After "according to": "what he said", "what was carried by"."""
AR_ASIDE_NAME = re.compile(
    rf"،\s+(?P<name>(?!(?:وهو|وهي|وهم|في|من|على|عن|إلى|مع|خلال|بعد|قبل|عقب|أمام|لدى|أمس|اليوم|يوم|مساء|صباح|الذي|التي|ال\w+|"
    rf"رئيسة?|وزيرة?|مديرة?|أمينة?|متحدثة?|ناطقة?|خبيرة?|محللة?|نائبة?|قائدة?|عضو|أستاذة?|مؤسسة?|عمدة|محافظ|والي|بحسب|حسب|وفق\w*)"
    rf"(?!\w)){AR_WORD}(?:\s+{AR_WORD}){{1,3}})،(?=\s+(?:إن|أن|إنه|إنها|أنه|أنها|بأن)(?!\w))"
)
"""After a role: «رئيسة الجمعية، ليلى زيدان،»."""
AR_ACCORDING = re.compile(
    rf"(?<!\w)و?(?:وفق[اً]*\s+ل|وفق\s+|بحسب\s+|حسب\s+|على حد قول\s+|نقلا? عن\s+)"
    rf"{_AR_REPORTED}{AR_NAME}{AR_STOP}"
)
AR_ACCORDING_SHORT = re.compile(
    rf"(?<!\w)و?(?:وفق[اً]*\s+ل|وفق\s+|بحسب\s+|حسب\s+|نقلا? عن\s+)"
    rf"{_AR_REPORTED}(?P<who>(?!ما\b){AR_WORD}(?:\s+ال{AR_WORD}){{0,3}})"
)
"""Without a mark after the name: it goes on while the words have the article."""
SIGNED = re.compile(
    rf"[”\"’'»“]\s*(?:\(|[—–-]\s*)(?P<who>{NAME}|{AR_WORD}(?:\s+{AR_WORD}){{0,3}})\)?[\s,.\d]*$"
)
"""A quotation with who said it after a dash or in brackets."""
THAT = re.compile(r"[\s,:،]*(?:that\b|(?:(?:إلى|من)\s+)?(?:إن|أن)\b)?[\s,:،]*")
TOLD = re.compile(r"\b(?:told|tells?)$")
LISTENER = re.compile(
    r"\s+(?:(?:him|her|them|us|me|reporters|journalists|[\w'’-]+(?=[:,]?\s*[“\"«]))(?!\w)"
    r"|[^.,;:“”\"«»]{1,60}?(?=\s+that\b))"
)
"""Who is told, where it can be seen where that ends."""
PREPOSITION = re.compile(
    r"\b(?:(?:of|for|to|from|in|on|at|between|with|by|near|against|than|about|into|nor)\s+(?:the\s+)?"
    r"|(?:between|from)\s+[^.,;]{1,60}\s+and\s+)$"
)
"""Before a name, which then is no subject."""
APPOSITION = re.compile(
    rf",\s(?:the\s|an?\s|its\s)?(?:[\w'’-]+\s){{0,3}}?(?i:chair\w*|head|CEO|professor|member|"
    rf"{SPOKESPERSON}|{OFFICES}|{PEOPLE})\b(?:\s(?:of|for|at|in|to|from)\s(?:(?!is\b|are\b|was\b|were\b|has\b|"
    r"have\b|had\b|will\b|would\b)[^\s,.;]+\s?){1,8})?,"
)
"""After "according to Merz": "the chairman of the party,"."""
OF_WHOM = re.compile(
    r"(?:\b(?:[Tt]he|[Aa]n?|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir)\s+(?:[\w'’-]+\s+){0,2}?)?\b(?:[\w'’-]+\s+(?:of|for)|"
    r"(?:reports?|stud(?:y|ies)|letter|statement|surveys?|article|book|poll|review|analysis|paper|investigation)\s+by)"
    r"\s+(?:the\s+)?$"
)
"""Before a name: "the wife of Orban"."""
FROM_WHERE = re.compile(
    rf"(?P<name>{CAP}(?:\s+{CAP}){{1,3}})(?:,\s\d{{1,3}},)?\s+(?:from|of|in)\s+(?:the\s+)?(?:[\w'’-]+\s+){{0,5}}$"
)
"""Before a name: "Maria Holm from the old part of Paris"."""
DAY = re.compile(
    r"(?:(?:on|last|this|until|since|by|before|after|from)\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)day(?:\s+|$)|(?:in|last|this|until|since|before|after)\s+(?:january|"
    r"february|march|april|may|june|july|august|september|october|november|december)(?:\s+|$)",
    re.IGNORECASE,
)
"""Before a name that opens a sentence; alone, May and April are people too."""
PLACE = re.compile(r"(?:In|At|From)\s+\S+\s+\S")
CONNECTIVE = re.compile(
    r"(?:but|and|so|yet|meanwhile|however|also|then|only|still|now|later|earlier|instead|today|yesterday)\s+(?=[^\W\d_])",
    re.IGNORECASE,
)
"""Before a name that opens a sentence; after "while" or "because" he does not say what the sentence does."""
NOBODY = frozenset("the a an i you we his her its their my our your".split())
AND_ANOTHER = re.compile(
    rf"(?<![\w'’-])(?P<others>{NAME}(?:,\s{NAME}){{0,3}},?)\s+and\s+(?:(?:his|her|its|their|the)\s+)?$"
)
"""Before the last of several: "Germany, France and"."""
ASIDE_NAME = re.compile(
    rf",\s(?P<name>(?!(?:Jr|Sr)\.)(?:the\s)?(?:(?!{NO_ROLE}\b|(?:like|unlike|not|\w+ing|\w+ed)\b)[a-z][\w-]*\s){{0,4}}"
    rf"{_FULL_NAME}),"
)
"""After a role: "her lawyer, Peter Holm,", "his wife, mayor Anna Holm,"."""
CONDITION = re.compile(
    r"\b(?:unless|if|whether|until|once)\s+(?:(?:the\s+)?[\w'’-]+\s+(?:and|or)\s+(?:the\s+)?)?\Z",
    re.IGNORECASE,
)
"""Before who speaks only if it comes to that: "unless engineers find that"."""
OF_WHICH = re.compile(r"\b(?:that|which|whom)\s+\Z")
"""Before who speaks in a clause on what he says: "the report that Holm denied was late"."""
IN_CLAUSE = re.compile(r"\b(?:who|that|which)\s+\w+\s+$")
"""Before a name, which then is no subject: "the man who investigated Volker said"."""
POSSESSIVE = re.compile(r"['’]s$")
"""In "Merz's signals" nobody signals."""
NEXT_CLAUSE = re.compile(r"(?:;\s+(?:(?:and|but|while)\s+)?|,\s+(?:while|whereas|but)\s+)\Z")
"""What ends right before a speaker whose words are those that follow."""
