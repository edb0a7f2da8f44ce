"""TOML out of all proportion, with what is said of it, and texts that only look so."""

DIGITS = "holds a number with too many digits; write it in full, like 2.5"
PARTS = "has a key of more than 40 parts; check the file"
DEEP = "nested more than 40 deep; check the file"
REFUSED = {
    "a key of many parts": (".".join("a" * 100_000) + " = 1", PARTS),
    "a table of many parts": (f"[ {' . '.join('a' * 100_000)} ]", PARTS),
    "a quoted key of many parts": ("x = { " + ".".join(["'a b'"] * 41) + " = 1 }", PARTS),
    "many digits": (f"a = {'1' * 5000}", DIGITS),
    "many digits in base 16": (f"a = [{{ b = 0x{'f' * 100_000} }}]", DIGITS),
    "many lists": ("a = " + "[" * 100_000, DEEP),
    "lists in lists": (f"a = {'[' * 41}{']' * 41}", DEEP),
}
LOOKS_ODD = ("a" * 1_000_000, "'a'." * 200_000, '"' * 200_001, f"x = '{'1.2 ' * 200_000}'", "a." * 39 + "a = 1")
