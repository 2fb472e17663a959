"""Texts to compare tokenizers on: every script, kind of character, space, emoji and control byte.

The same texts in every run with the same version of the regex package. Characters newer than a
tokenizer's tables are in them on purpose: they must be taken for the same there, too.
"""

import random
import sys
import unicodedata

import regex

SCRIPTS = """
ADLAM AHOM ANATOLIANHIEROGLYPHS ARABIC ARMENIAN AVESTAN BALINESE BAMUM BASSAVAH BATAK BENGALI BERIAERFE
BHAIKSUKI BOPOMOFO BRAHMI BRAILLE BUGINESE BUHID CANADIANABORIGINAL CARIAN CAUCASIANALBANIAN CHAKMA CHAM
CHEROKEE CHORASMIAN COMMON COPTIC CUNEIFORM CYPRIOT CYPROMINOAN CYRILLIC DESERET DEVANAGARI DIVESAKURU
DOGRA DUPLOYAN EGYPTIANHIEROGLYPHS ELBASAN ELYMAIC ETHIOPIC GARAY GEORGIAN GLAGOLITIC GOTHIC GRANTHA GREEK
GUJARATI GUNJALAGONDI GURMUKHI GURUNGKHEMA HANGUL HANI HANIFIROHINGYA HANUNOO HATRAN HEBREW HIRAGANA
IMPERIALARAMAIC INHERITED INSCRIPTIONALPAHLAVI INSCRIPTIONALPARTHIAN JAVANESE JURCHEN KAITHI KANNADA
KATAKANA KAWI KAYAHLI KHAROSHTHI KHITANSMALLSCRIPT KHMER KHOJKI KHUDAWADI KIRATRAI LAOO LATIN LEPCHA LIMBU
LINEARA LINEARB LISU LYCIAN LYDIAN MAHAJANI MAKASAR MALAYALAM MANDAIC MANICHAEAN MARCHEN MASARAMGONDI
MEDEFAIDRIN MEETEIMAYEK MENDEKIKAKUI MEROITICCURSIVE MEROITICHIEROGLYPHS MIAO MODI MONGOLIAN MROO MULTANI
MYANMAR NABATAEAN NAGMUNDARI NANDINAGARI NEWA NEWTAILUE NKOO NUSHU NYIAKENGPUACHUEHMONG OGHAM OLCHIKI
OLDHUNGARIAN OLDITALIC OLDNORTHARABIAN OLDPERMIC OLDPERSIAN OLDSOGDIAN OLDSOUTHARABIAN OLDTURKIC OLDUYGHUR
OLONAL ORIYA OSAGE OSMANYA PAHAWHHMONG PALMYRENE PAUCINHAU PHAGSPA PHOENICIAN PROTOCUNEIFORM
PSALTERPAHLAVI REJANG RUNIC SAMARITAN SAURASHTRA SEAL SHARADA SHAVIAN SIDDHAM SIDETIC SIGNWRITING SINHALA
SOGDIAN SORASOMPENG SOYOMBO SUNDANESE SUNUWAR SYLOTINAGRI SYRIAC TAGALOG TAGBANWA TAILE TAITHAM TAIVIET
TAIYO TAKRI TAMIL TANGSA TANGUT TELUGU THAANA THAI TIBETAN TIFINAGH TIRHUTA TODHRI TOLONGSIKI TOTO
TULUTIGALARI UGARITIC UNKNOWN VAII VITHKUQI WANCHO WARANGCITI YEZIDI YIII ZANABAZARSQUARE
""".split()
CATEGORIES = """
Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co Cn
""".split()
EMOJI = """
🙂 👩‍👩‍👧‍👦 🏳️‍🌈 🇳🇴 🇯🇵🇳🇴 🇳 👍🏽 👍🏿👍🏻 ❤️ ❤ ☃︎ 🧑🏿‍🚀 #️⃣ 1️⃣0️⃣ *⃣ 🫠
👁️‍🗨️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 👨🏻‍❤️‍💋‍👨🏿 ⏱️ ™️ ㊗️ 🀄️ 🧝🏾‍♀️ 🐻‍❄️ 🫱🏼‍🫲🏾 ‍ ️
""".split()
CONTRACTIONS = "s t re ve m ll d".split()
CODE = """
def f(x):\\n\\treturn x ** 2  # done\\n
for (int i = 0; i < n; ++i) {\\n    a[i] += b[i] >> 3;\\n}\\n\\n
SELECT path, answer FROM llava.result WHERE confidence >= 0.5 ORDER BY 1;
{"objects": [{"shape": "star", "size": 1.5e-3}, null, true]}
https://example.org/a?b=c&d=%20#frag-ment_1
mailto:Some.One+tag@sub.example.co.uk
C:\\\\temp\\\\new\\\\file.txt
<div class="a b">&nbsp;&#x1F642;</div>
$$\\\\sum_{i=0}^{n} x_i^2 \\\\leq \\\\infty$$
let x: [String: Int?] = ["a": nil]; print("\\\\(x)!")
0xDEADBEEF 0b1010 1_000_000 3.14159e-10 -42 +7 1,234,567.89 50% #5 @me
USER: <image>\\nWhat's in it?\\nASSISTANT: It's a cat.
\\r\\nA\\r\\n\\r\\nB\\n\\rC\\r\\rD\\n\\n\\nE
""".strip().split("\n")
WORDS = """
a picture of the large red star and USER it's DON'T naïve Straße fiancée résumé 42 Don't I'LL they'Ve ASSISTANT:
cat. (dog) [x] {y} "quoted" 1st 2nd 3D x86_64 e.g. U.S.A. co-op rock'n'roll ... --- !? :-) </s> <s>
""".split()
COUNT = 12_000
_ALL = "".join(chr(n) for n in range(0x110000) if not 0xD800 <= n < 0xE000)


def characters(expression: str) -> str:
    """All characters an expression matches."""
    return "".join(regex.findall(f"{expression}+", _ALL))


def by_script(pick: random.Random) -> list[str]:
    """Words of every script: alone, in a row, beside digits, marks and another script."""
    texts = []
    for script in SCRIPTS:
        known = characters(rf"\p{{Script={script}}}")
        if not known:
            raise ValueError(f"no characters of {script}: has the regex package renamed it?")

        def word() -> str:
            return "".join(pick.choices(known, k=pick.randint(1, 9)))

        texts += ["".join(pick.sample(known, min(len(known), 60))), word(), " " + word(),
                  " ".join(word() for _ in range(6)), f"{word()}12{word()} 345{word()}",
                  f"{word()}'s {word()}, ({word()})!", f"the{word()}\n{word()}  {word()}\u0301a",
                  f"a{word()}A {word()}\u0323\u0301{word()}"]
    return texts


def by_category(pick: random.Random) -> list[str]:
    """Characters of every general category in places where cutting words depends on them."""
    texts = []
    for category in CATEGORIES:
        known = characters(rf"\p{{{category}}}")
        for one in pick.sample(known, min(len(known), 30)):
            two = pick.choice(known)
            texts += [one, f"a{one}b {one}c", f" {one}{two} 1{one}2", f"'{one}  {one}\n{two}"]
    return texts


def marks(pick: random.Random) -> list[str]:
    """Decomposed and composed spellings of all that has both, and marks in any order."""
    both = [c for c in _ALL if unicodedata.normalize("NFD", c) != c and not "가" <= c <= "힣"]
    both += pick.sample(characters("[가-힣]"), 600)
    texts = []
    for start in range(0, len(both), 8):
        row = " ".join(both[start:start + 8])
        texts += [row, unicodedata.normalize("NFD", row)]
    combining = characters(r"\p{M}")
    for _ in range(900):
        texts.append("".join(
            pick.choice("aeoun AÅé가Ωяक") + "".join(pick.choices(combining, k=pick.randint(1, 4)))
            for _ in range(pick.randint(1, 4))))
    return texts


def spaces(pick: random.Random) -> list[str]:
    """Runs of every white space, all pairs of them, and what follows them."""
    white = characters(r"\p{White_Space}")
    texts = [one * count + end for one in white for count in (1, 2, 3, 5, 17) for end in ("", "a", "!")]
    texts += [f"x{one}{two}y{two}{one} 1" for one in white for two in white]
    texts += [" " * count + "x" for count in range(1, 70)]
    texts += ["a" + "".join(pick.choices(white + "  \n\n\u200b\ufeff\u2581", k=pick.randint(2, 9))) +
              pick.choice(["", "b", "7", "."]) for _ in range(400)]
    return texts


def numbers(pick: random.Random) -> list[str]:
    """Numbers of 1 to 60 digits and in the digits of every script."""
    texts = ["".join(pick.choices("0123456789", k=length)) for length in range(1, 61)]
    digits = characters(r"\p{N}")
    for length in [*range(1, 13)] * 12:
        texts.append(pick.choice(["", " ", "x", "-"]) + "".join(pick.choices(digits, k=length)))
    return texts


def contractions() -> list[str]:
    """Contractions in all cases, with the letters that fold to theirs, and what is none."""
    texts = []
    for tail in CONTRACTIONS:
        spelled = {""}
        for letter in tail:
            others = {letter, letter.upper()} | ({"ſ"} if letter == "s" else set())
            spelled = {begun + other for begun in spelled for other in others}
        for tail_spelled in sorted(spelled):
            for quote in "'’ʼ`":
                word = quote + tail_spelled
                texts += [word, f"it{word}", f"it{word}x {word}", f"  {word}\n{word}{word}"]
    return texts


def controls() -> list[str]:
    """Every control character: alone, doubled, between letters, digits and spaces."""
    texts = []
    for one in characters(r"\p{Cc}"):
        texts += [one, one * 2, f"a{one}b", f"1{one} {one}2", f" {one}\n{one} x"]
    return texts


def long_words(pick: random.Random) -> list[str]:
    """Words far longer than any piece."""
    return ["x" * 900, "ab" * 500, "é" * 300, "漢" * 300, "🙂" * 200, "-" * 500, "\n" * 300, "!?" * 200,
            *("".join(pick.choices("abcdefghijklmnopqrstuvwxyz", k=pick.randint(60, 700)))
              for _ in range(40))]


def texts(seed: int = 7, count: int = COUNT) -> list[str]:
    """At least `count` distinct texts, none of them empty."""
    pick = random.Random(seed)
    code = [line.encode().decode("unicode_escape") if line.isascii() else line for line in CODE]
    emoji = EMOJI + [f"a{one}b {one} {one}{one}" for one in EMOJI]
    parts = [*by_script(pick), *by_category(pick), *marks(pick), *spaces(pick), *numbers(pick),
             *contractions(), *controls(), *code, *emoji]
    made = dict.fromkeys([*parts, *long_words(pick)])
    while len(made) < count:
        pieces = [pick.choice(WORDS) if pick.random() < 0.5 else pick.choice(parts)[:24]
                  for _ in range(pick.randint(2, 9))]
        made[pick.choice(["", " ", " ", "\n"]).join(pieces)] = None
    made.pop("", None)
    return list(made)


if __name__ == "__main__":
    made = texts()
    print(len(made), "texts of", sum(len(text.encode()) for text in made), "bytes", file=sys.stderr)
