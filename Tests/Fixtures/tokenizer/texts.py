"""The strings whose ids are recorded: every awkward kind of text, then seeded mixtures of them."""

import random

SCRIPTS = {
    "latin": "The quick brown fox; naïve café, Straße, smørrebrød, Đà Nẵng, Łódź, ﬁne, ĳs",
    "greek": "Ο γρήγορος σκύλος, Ἀθῆναι", "cyrillic": "Быстрая лиса, Їжак, ѣ",
    "armenian": "Արագ աղվեսը", "georgian": "სწრაფი მელა", "hebrew": "שָׁלוֹם עולם",
    "arabic": "السَّلام عليكم ٣٤٥", "syriac": "ܫܠܡܐ", "devanagari": "नमस्ते दुनिया १२३",
    "bengali": "নমস্কার", "gurmukhi": "ਸਤ ਸ੍ਰੀ ਅਕਾਲ", "gujarati": "નમસ્તે", "tamil": "வணக்கம்",
    "telugu": "నమస్కారం", "kannada": "ನಮಸ್ಕಾರ", "malayalam": "നമസ്കാരം", "sinhala": "ආයුබෝවන්",
    "thai": "สวัสดีชาวโลก", "lao": "ສະບາຍດີ", "tibetan": "བཀྲ་ཤིས", "myanmar": "မင်္ဂလာပါ",
    "khmer": "សួស្តី", "ethiopic": "ሰላም ልዑል", "cherokee": "ᎣᏏᏲ", "mongolian": "ᠰᠠᠢᠨ",
    "runic": "ᚠᚢᚦᚨᚱᚲ", "ogham": "ᚑᚌᚐᚋ", "han": "敏捷的棕色狐狸，跳過。々〆", "kana": "ひらがなカタカナｶﾀｶﾅ",
    "hangul": "안녕하세요 한글", "bopomofo": "ㄅㄆㄇ", "yi": "ꆈꌠ", "gothic": "𐌰𐌱𐌲", "cuneiform": "𒀀𒁀",
    "hieroglyphs": "𓀀𓂀", "mathematics": "∀x∈ℝ: 𝔸𝕓𝒸 ≤ ∑ √2 ∞", "han-b": "𠀀𠮷", "music": "𝄞♫",
}
EMOJI = ["🙂", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇳🇴🇯🇵", "👍🏽", "❤️", "🧑🏿‍🚀", "#️⃣", "🫠", "☃"]
SPACES = [
    " ", "  ", "   ", "    ", " " * 7, " " * 16, " " * 33, "\t", "\t\t", "\n", "\n\n", "\r", "\r\n",
    "\v", "\f", "\u00a0", "\u1680", "\u2003", "\u2009", "\u200b", "\u2028", "\u2029", "\u202f",
    "\u3000", "\ufeff", "\u2581", "\u2581\u2581", " \u2581 ", "\u2581 ", " \n ", "\n \n",
]
SPECIAL_TEXT = [
    "<s>", "</s>", "<unk>", "<pad>", "<0x0A>", "<0x00>", "<0xFF>", "<image>", "<|im_end|>", "[INST]",
    "<<SYS>>", "###", "</s", "/s>", "<s", "< s>", "</s></s>", "<s></s>",
]
ODDITIES = [
    "", "\x00", "\x00a", "a\x00b", "\x7f", "\x80", "\x9f", "\u0301", "e\u0301", "é", "\u200d", "\u200e",
    "\u202e", "\ue000", "\ufffd", "\ufffe", "\uffff", "\U0001ffff", "\U0010ffff", "\U000e0041", "\ud7ff",
    "I'm DON'T 12345", "3.14159e-10", "x" * 90, "ab" * 40, "\n" * 40, "A" * 40 + " " * 40, "0" * 50,
    "USER: Describe the picture.\nASSISTANT:", '{"objects": [{"shape": "star"}]}', "naïve façade",
    "https://example.org/a?b=c&d=%20", "C:\\temp\\new", "f(x) = {a[i] for i in 0..<n}", "a\n\n b",
]


def all_strings(seed: int = 11, count: int = 2100) -> list[str]:
    """Distinct strings in a fixed order: the lists above, each in several settings, then mixtures."""
    atoms = list(SCRIPTS.values()) + EMOJI + SPECIAL_TEXT + ODDITIES + SPACES
    strings = list(atoms) + [chr(i) for i in range(256)]
    for atom in atoms:
        strings += [" " + atom, atom + " ", "  " + atom, "\n" + atom, atom + "\n", "a" + atom + "b"]
    pick = random.Random(seed)
    words = " ".join(SCRIPTS.values()).split() + "a picture of the large red star and USER: 42 it's".split()
    while len(dict.fromkeys(strings)) < count:
        parts = []
        for _ in range(pick.randint(1, 9)):
            kind = pick.random()
            if kind < 0.55:
                parts.append(pick.choice(words))
            elif kind < 0.75:
                parts.append(pick.choice(atoms)[:24])
            elif kind < 0.9:
                parts.append(chr(pick.choice([pick.randrange(32, 0x250), pick.randrange(0x10000, 0x20000)])))
            else:
                parts.append(pick.choice(SPACES))
        strings.append(pick.choice(["", " "]).join(parts))
    return list(dict.fromkeys(strings))
