"""Reads an instruction back, in four languages, with words of its own: none is taken from the library's data.

Every sentence must be understood to its last letter, so that a phrase that says more than it should fails as well.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
}
NUMBERS = {
    "en": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty",
    "es": "un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte",
    "fr": "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf vingt",
    "de": "eine zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn zwanzig",
}
OTHER_ONES = {"en": [], "es": ["una"], "fr": ["une"], "de": ["einen", "ein"]}
FORMS = {
    "en": [("tablet", "tablets"), ("capsule", "capsules"), ("packet", "packets")],
    "es": [("comprimido", "comprimidos"), ("cápsula", "cápsulas"), ("sobre", "sobres")],
    "fr": [("comprimé", "comprimés"), ("gélule", "gélules"), ("sachet", "sachets")],
    "de": [("Tablette", "Tabletten"), ("Kapsel", "Kapseln"), ("Beutel", "Beutel")],
}
LIQUIDS = {
    "en": "oral solution|oral suspension",
    "es": "solución oral|suspensión oral",
    "fr": "solution buvable|suspension buvable",
    "de": "Lösung zum Einnehmen|Suspension zum Einnehmen",
}
# A part of a unit said alone, and said after whole units: W is what says the whole ones, F the form.
PARTS = {
    "en": {"1/2": ("half an? F", "N and a half F"), "1/3": ("a third of an? F", "N and a third F"),
           "2/3": ("two thirds of an? F", "N and two thirds F"), "1/4": ("a quarter of an? F", "N and a quarter F"),
           "3/4": ("three quarters of an? F", "N and three quarters F")},
    "es": {"1/2": ("medio F", "W y medio"), "1/3": ("un tercio de F", "W y un tercio"),
           "2/3": ("dos tercios de F", "W y dos tercios"), "1/4": ("un cuarto de F", "W y un cuarto"),
           "3/4": ("tres cuartos de F", "W y tres cuartos")},
    "fr": {"1/2": ("un demi-F", "W et demi"), "1/3": ("un tiers de F", "W et un tiers"),
           "2/3": ("deux tiers de F", "W et deux tiers"), "1/4": ("un quart de F", "W et un quart"),
           "3/4": ("trois quarts de F", "W et trois quarts")},
    "de": {"1/2": ("eine halbe F", "W und eine halbe F"), "1/3": ("ein Drittel einer F", "W und ein Drittel einer F"),
           "2/3": ("zwei Drittel einer F", "W und zwei Drittel einer F"),
           "1/4": ("ein Viertel einer F", "W und ein Viertel einer F"),
           "3/4": ("drei Viertel einer F", "W und drei Viertel einer F")},
}  # fmt: skip
SLOTS = {
    "en": {
        "in the morning": "morning",
        "at noon": "noon",
        "in the evening": "evening",
        "at bedtime": "bedtime",
        "once a day": "daily",
    },
    "es": {
        "por la mañana": "morning",
        "al mediodía": "noon",
        "por la noche": "evening",
        "al acostarse": "bedtime",
        "una vez al día": "daily",
    },
    "fr": {
        "le matin": "morning",
        "à midi": "noon",
        "le soir": "evening",
        "au coucher": "bedtime",
        "une fois par jour": "daily",
    },
    "de": {
        "morgens": "morning",
        "mittags": "noon",
        "abends": "evening",
        "zur Nacht": "bedtime",
        "einmal täglich": "daily",
    },
}
CLOCK = {
    "en": r"at (\d\d:\d\d)(?: \((noon|midnight, as this date begins)\))?",
    "es": r"a las? (\d\d:\d\d)(?: \((mediodía|medianoche, al comenzar esta fecha)\))?",
    "fr": r"à (\d\d:\d\d)(?: \((midi|minuit, au début de cette date)\))?",
    "de": r"um (\d\d:\d\d) Uhr(?: \((mittags|Mitternacht, zu Beginn dieses Datums)\))?",
}
AND = {"en": "and", "es": "y", "fr": "et", "de": "und"}
UNITS = {"mg": 1, "g": 1000, "mcg": Fraction(1, 1000), "microgramos": Fraction(1, 1000),
         "microgrammes": Fraction(1, 1000), "Mikrogramm": Fraction(1, 1000)}  # fmt: skip
DATES = {
    "en": r"(?:WEEKDAY) \d{1,2} (?:MONTH) \d{4}",
    "es": r"(?:WEEKDAY) \d{1,2} de (?:MONTH) de \d{4}",
    "fr": r"(?:WEEKDAY) (?:1er|\d{1,2}) (?:MONTH) \d{4}",
    "de": r"(?:WEEKDAY), \d{1,2}\. (?:MONTH) \d{4}",
}
# What a sentence says, and how each language says it: D a date, A an amount, S a time of day, P portions or products.
SENTENCES = {
    "closed": {
        "en": r"Step (\d+) of (\d+), (X): from (D) to (D), (\d+) days\.",
        "es": r"Paso (\d+) de (\d+), (X): del (D) al (D), (\d+) días\.",
        "fr": r"Étape (\d+) sur (\d+), (X) : du (D) au (D), (\d+) jours\.",
        "de": r"Schritt (\d+) von (\d+), (X): von (D), bis (D), (\d+) Tage\.",
    },
    "one_day": {
        "en": r"Step (\d+) of (\d+), (X): on (D), 1 day\.",
        "es": r"Paso (\d+) de (\d+), (X): el (D), 1 día\.",
        "fr": r"Étape (\d+) sur (\d+), (X) : le (D), 1 jour\.",
        "de": r"Schritt (\d+) von (\d+), (X): am (D), 1 Tag\.",
    },
    "open": {
        "en": r"Step (\d+) of (\d+), (X): from (D) on, with no end set\.",
        "es": r"Paso (\d+) de (\d+), (X): desde el (D), sin fecha de fin\.",
        "fr": r"Étape (\d+) sur (\d+), (X) : à partir du (D), sans date de fin\.",
        "de": r"Schritt (\d+) von (\d+), (X): ab (D), ohne festgelegtes Ende\.",
    },
    "every_day": {"en": "(?:Every|On this) day:", "es": "(?:Cada|Ese) día:", "fr": "(?:Chaque jour|Ce jour-là) :",
                  "de": "(?:Jeden|An diesem) Tag:"},
    "cycle_day": {
        "en": r"Day (\d+) of (\d+), first on (D):",
        "es": r"Día (\d+) de (\d+), por primera vez el (D):",
        "fr": r"Jour (\d+) sur (\d+), la première fois le (D) :",
        "de": r"Tag (\d+) von (\d+), zuerst am (D):",
    },
    "again": {
        "en": r"After day (\d+) comes day 1 again\.",
        "es": r"Después del día (\d+) viene otra vez el día 1\.",
        "fr": r"Après le jour (\d+) vient de nouveau le jour 1\.",
        "de": r"Nach Tag (\d+) kommt wieder Tag 1\.",
    },
    "weekdays": {"en": "Every ((?:WEEKDAY).*?):", "es": "Cada ((?:WEEKDAY).*?):", "fr": "Chaque ((?:WEEKDAY).*?) :",
                 "de": "Jeden ((?:WEEKDAY).*?):"},
    "take": {"en": "(S), (A): take (P)", "es": "(S), (A): tome (P)", "fr": "(S), (A) : prenez (P)",
             "de": "(S), (A): (P)"},
    "none": {"en": "No dose.", "es": "Ninguna dosis.", "fr": "Aucune dose.", "de": "Keine Dosis."},
    "total": {"en": r"Total of these doses: (A)\.", "es": r"Total de estas dosis: (A)\.",
              "fr": r"Total de ces doses : (A)\.", "de": r"Summe dieser Dosen: (A)\."},
    "review_before": {
        "en": "A review is planned before this step begins.",
        "es": "Antes de empezar este paso está prevista una revisión.",
        "fr": "Une réévaluation est prévue avant le début de cette étape.",
        "de": "Vor Beginn dieses Schritts ist eine Überprüfung vorgesehen.",
    },
    "step_back": {
        "en": "This step goes back up, as planned.",
        "es": "Este paso vuelve a subir, como está previsto.",
        "fr": "Cette étape remonte, comme prévu.",
        "de": "Dieser Schritt geht wie vorgesehen wieder hinauf.",
    },
    "gap": {
        "en": "Pause: no dose in this time.",
        "es": "Pausa: ninguna dosis en este tiempo.",
        "fr": "Pause : aucune dose pendant ce temps.",
        "de": "Pause: keine Dosis in dieser Zeit.",
    },
    "decision": {
        "en": "Decision needed: nothing is planned from this date on.",
        "es": "Falta una decisión: desde esta fecha no hay nada previsto.",
        "fr": "Décision nécessaire : rien n'est prévu à partir de cette date.",
        "de": "Entscheidung nötig: Ab diesem Datum ist nichts geplant.",
    },
    "nothing": {"en": "Before this step: no dose.", "es": "Antes de este paso: ninguna dosis.",
                "fr": "Avant cette étape : aucune dose.", "de": "Vor diesem Schritt: keine Dosis."},
    "unknown": {"en": "Before this step: not stated.", "es": "Antes de este paso: no consta.",
                "fr": "Avant cette étape : non précisé.", "de": "Vor diesem Schritt: nicht angegeben."},
    "more": {
        "en": r"Change: from (A) to (A) a day, (A) more\.",
        "es": r"Cambio: de (A) a (A) al día, (A) más\.",
        "fr": r"Changement : de (A) à (A) par jour, soit (A) en plus\.",
        "de": r"Änderung: von (A) auf (A) pro Tag, (A) mehr\.",
    },
    "less": {
        "en": r"Change: from (A) to (A) a day, (A) less\.",
        "es": r"Cambio: de (A) a (A) al día, (A) menos\.",
        "fr": r"Changement : de (A) à (A) par jour, soit (A) en moins\.",
        "de": r"Änderung: von (A) auf (A) pro Tag, (A) weniger\.",
    },
    "same": {
        "en": r"Change: none in the daily total of (A)\.",
        "es": r"Cambio: ninguno en el total diario de (A)\.",
        "fr": r"Changement : aucun dans le total quotidien de (A)\.",
        "de": r"Änderung: keine in der Tagesdosis von (A)\.",
    },
    "new_slot": {"en": r"New (S): (A)\.", "es": r"Nuevo (S): (A)\.", "fr": r"Nouveau (S) : (A)\.",
                 "de": r"Neu (S): (A)\."},
    "changed_slot": {
        "en": r"Changed (S): from (A) to (A)\.",
        "es": r"Cambia (S): de (A) a (A)\.",
        "fr": r"Modifié (S) : de (A) à (A)\.",
        "de": r"Geändert (S): von (A) auf (A)\.",
    },
    "changed_days": {
        "en": r"Changed on (.+?): was (.+?); is now (.+?)\.(?= |$)",
        "es": r"Cambia el (.+?): antes (.+?); ahora (.+?)\.(?= |$)",
        "fr": r"Modifié le (.+?) : avant (.+?) ; maintenant (.+?)\.(?= |$)",
        "de": r"Geändert am (.+?): bisher (.+?); jetzt (.+?)\.(?= |$)",
    },
    "same_days": {
        "en": r"Change: none on any day\.", "es": r"Cambio: ninguno en ningún día\.",
        "fr": r"Changement : aucun, quel que soit le jour\.", "de": r"Änderung: an keinem Tag\.",
    },
    "pattern": {
        "en": r"Change: the days were (.+?); they are now (.+?)\.(?= |$)",
        "es": r"Cambio: los días eran (.+?); ahora son (.+?)\.(?= |$)",
        "fr": r"Changement : les jours étaient (.+?) ; ils sont maintenant (.+?)\.(?= |$)",
        "de": r"Änderung: Die Tage waren (.+?); sie sind jetzt (.+?)\.(?= |$)",
    },
    "gone_slot": {"en": r"No longer taken (S)\.", "es": r"Ya no se toma (S)\.", "fr": r"Ne se prend plus (S)\.",
                  "de": r"Nicht mehr (S)\."},
    "new_product": {
        "en": r"New product in this step: (.+?)\.(?= |$)",
        "es": r"Producto nuevo en este paso: (.+?)\.(?= |$)",
        "fr": r"Nouveau produit dans cette étape : (.+?)\.(?= |$)",
        "de": r"Neues Produkt in diesem Schritt: (.+?)\.(?= |$)",
    },
    "gone_product": {
        "en": r"Not used in this step: (.+?)\.(?= |$)",
        "es": r"No se usa en este paso: (.+?)\.(?= |$)",
        "fr": r"Pas utilisé dans cette étape : (.+?)\.(?= |$)",
        "de": r"In diesem Schritt nicht verwendet: (.+?)\.(?= |$)",
    },
    "next": {
        "en": r"Next: step (\d+) from (D) on\.",
        "es": r"Después: paso (\d+) desde el (D)\.",
        "fr": r"Ensuite : étape (\d+) à partir du (D)\.",
        "de": r"Danach: Schritt (\d+) ab (D)\.",
    },
    "next_review": {
        "en": r"Next, only after a review: step (\d+) from (D) on\.",
        "es": r"Después, solo tras una revisión: paso (\d+) desde el (D)\.",
        "fr": r"Ensuite, seulement après une réévaluation : étape (\d+) à partir du (D)\.",
        "de": r"Danach, erst nach einer Überprüfung: Schritt (\d+) ab (D)\.",
    },
    "last": {
        "en": r"End: the last (dose|of these doses) is on (D), (S)\.",
        "es": r"Fin: la última (dosis|de estas dosis) es el (D), (S)\.",
        "fr": r"Fin : la dernière (dose|de ces doses) est le (D), (S)\.",
        "de": r"Ende: Die letzte (Dosis|dieser Dosen) ist am (D), (S)\.",
    },
    "no_last": {"en": "End: these days hold no dose.", "es": "Fin: en estos días no hay ninguna dosis.",
                "fr": "Fin : ces jours n'ont aucune dose.", "de": "Ende: An diesen Tagen gibt es keine Dosis."},
    "stop": {
        "en": r"Then stop: no dose from (D) on\.",
        "es": r"Después se suspende: ninguna dosis desde el (D)\.",
        "fr": r"Ensuite arrêt : aucune dose à partir du (D)\.",
        "de": r"Danach abgesetzt: keine Dosis ab (D)\.",
    },
    "part": {
        "en": r"Other doses of (X) stand elsewhere in this plan\.",
        "es": r"Otras dosis de (X) figuran en otra parte de este plan\.",
        "fr": r"D'autres doses d(?:e |')(X) figurent ailleurs dans ce plan\.",
        "de": r"Andere Dosen (X) stehen an anderer Stelle in diesem Plan\.",
    },
    "review": {
        "en": r"The plan ends on (D) with a review; it does not say what follows\.",
        "es": r"El plan termina el (D) con una revisión; no dice qué sigue\.",
        "fr": r"Le plan se termine le (D) par une réévaluation ; il ne dit pas ce qui suit\.",
        "de": r"Der Plan endet am (D), mit einer Überprüfung; er sagt nicht, was folgt\.",
    },
    "continues": {
        "en": r"This step continues; the plan sets no end\. Shown here to (D)\.",
        "es": r"Este paso continúa; el plan no fija un final\. Aquí se muestra hasta el (D)\.",
        "fr": r"Cette étape continue ; le plan ne fixe pas de fin\. Ici jusqu'au (D)\.",
        "de": r"Dieser Schritt geht weiter; der Plan setzt kein Ende\. Hier gezeigt bis (D)\.",
    },
    "window": {
        "en": r"Shown here only to (D); the plan goes on after it\.",
        "es": r"Aquí se muestra solo hasta el (D); el plan continúa después\.",
        "fr": r"Ici seulement jusqu'au (D) ; le plan continue ensuite\.",
        "de": r"Hier gezeigt nur bis (D); der Plan geht danach weiter\.",
    },
}  # fmt: skip
STOP_WORDS = {
    "en": r"\bstop|\bdiscontinu|\bcease",
    "es": r"suspend|\bparar?\b|\bdej(e|ar) de\b|interrump",
    "fr": r"\barr[êe]t|\bcess",
    "de": r"absetz|abgesetzt|\bstopp|aufhör|beend",
}
GLYPHS = {"½": Fraction(1, 2), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3), "¼": Fraction(1, 4), "¾": Fraction(3, 4)}
_NUMBER = r"(?:\d+ )?\d+/\d+|\d+(?:[.,]\d+)?"


@dataclass
class DayRead:
    """The doses of a day of a step, and which days they are for."""

    kind: str
    said: tuple[object, ...]
    takes: list[tuple[object, ...]] = field(default_factory=list)
    total: Fraction | None = None
    none: bool = False


@dataclass
class StepRead:
    """Everything that an instruction says."""

    number: int
    steps: int
    name: str
    first: date
    last: date | None
    days: list[DayRead]
    said: dict[str, list[tuple[object, ...]]]

    def intakes_on(self, day: date) -> list[tuple[object, ...]]:
        """The doses that the text gives for a date."""
        held = next((group for group in self.days if self._is_for(group, day)), None)
        return held.takes if held is not None else []

    def _is_for(self, group: DayRead, day: date) -> bool:
        if group.kind == "cycle_day":
            place, length, first = group.said
            assert first == self.first + timedelta(days=int(str(place)) - 1)
            return (day - self.first).days % int(str(length)) == int(str(place)) - 1
        return group.kind == "every_day" or day.weekday() in group.said


class Reader:
    """Reads the instructions of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.months = MONTHS[language].split()
        self.weekdays = WEEKDAYS[language].split()
        self.numbers = {word: n for n, word in enumerate(NUMBERS[language].split(), start=1)}
        self.numbers |= dict.fromkeys(OTHER_ONES[language], 1)
        self.patterns = {name: re.compile(self._fill(held[language])) for name, held in SENTENCES.items()}

    def _fill(self, pattern: str) -> str:
        day = DATES[self.language].replace("MONTH", "|".join(self.months))
        unit = "|".join(UNITS)
        slot = "|".join([*SLOTS[self.language], re.sub(r"\((?!\?)", "(?:", CLOCK[self.language].replace(r"\(", "«"))])
        slot = slot.replace("«", r"\(")
        portions = r".+? einnehmen\." if self.language == "de" else r".+?[)\]]\."
        filled = pattern.replace("(P)", f"({portions})(?= |$)").replace("(X)", "(.+?)")
        filled = filled.replace("(D)", f"({day})").replace("(A)", f"((?:{_NUMBER}) (?:{unit}))")
        filled = filled.replace("(S)", f"((?i:{slot}))").replace("WEEKDAY", "|".join(self.weekdays))
        return filled.replace(" :", "\u00a0:").replace(" ;", "\u00a0;")

    def read(self, text: str) -> StepRead:
        found, place = [], 0
        while place < len(text):
            name, match = self._next(text, place)
            found.append((name, match.groups()))
            place = match.end()
            assert text[place : place + 1] in {"", " "}, text[place:]
            place += 1
        return self._collect(found)

    def _next(self, text: str, place: int) -> tuple[str, re.Match[str]]:
        for name, pattern in self.patterns.items():
            match = pattern.match(text, place)
            if match is not None:
                return name, match
        raise AssertionError(f"{self.language}: not understood: {text[place:]!r}")

    def _collect(self, found: list[tuple[str, tuple[str, ...]]]) -> StepRead:
        (kind, head), *rest = found
        assert kind in {"closed", "one_day", "open"}, kind
        first = self.date(head[3])
        last = {"closed": lambda: self.date(head[4]), "one_day": lambda: first, "open": lambda: None}[kind]()
        if kind == "closed":
            assert (last - first).days + 1 == int(head[5])
        step = StepRead(int(head[0]), int(head[1]), head[2], first, last, [], {})
        for name, said in rest:
            self._add(step, name, said)
        return step

    def _add(self, step: StepRead, name: str, said: tuple[str, ...]) -> None:
        match name:
            case "every_day":
                step.days.append(DayRead(name, ()))
            case "cycle_day":
                step.days.append(DayRead(name, (int(said[0]), int(said[1]), self.date(said[2]))))
            case "weekdays":
                names = re.split(rf",? {AND[self.language]} |, ", said[0])
                step.days.append(DayRead(name, tuple(self.weekdays.index(each) for each in names)))
            case "take":
                portions = said[2].removesuffix(".").removesuffix(" einnehmen")
                step.days[-1].takes.append((self.slot(said[0]), self.amount(said[1]), self.portions(portions)))
            case "none":
                step.days[-1].none = True
            case "total":
                step.days[-1].total = self.amount(said[0])
            case _:
                step.said.setdefault(name, []).append(tuple(self._value(each) for each in said))

    def _value(self, text: str | None) -> object:
        for read in (self.date, self.amount, self.slot):
            try:
                return read(str(text))
            except (AssertionError, ValueError):
                continue
        return text

    def date(self, text: str) -> date:
        words = re.sub(r"[,.]| de\b", "", text).split()
        assert len(words) == 4, text
        weekday, day, month, year = words
        made = date(int(year), self.months.index(month) + 1, int(day.removesuffix("er")))
        assert self.weekdays.index(weekday) == made.weekday(), text
        return made

    def amounts(self, text: str) -> list[Fraction]:
        """Every amount that a text names, in order."""
        found = re.findall(rf"(?<![\d.,])(?:{_NUMBER}) (?:{'|'.join(UNITS)})\b", text)
        return [self.amount(each) for each in found]

    def number(self, text: str) -> Fraction:
        """A number, by the decimal sign of the language and no other."""
        sign = "." if self.language == "en" else ","
        assert not set(".,") - {sign} & set(text), text
        whole, _, part = text.rpartition(" ")
        assert re.fullmatch(_NUMBER, text), text
        return sum((Fraction(each.replace(",", ".")) for each in (whole, part) if each), Fraction(0))

    def amount(self, text: str) -> Fraction:
        number, _, unit = text.rpartition(" ")
        assert unit in UNITS, text
        return self.number(number) * UNITS[unit]

    def slot(self, text: str) -> str:
        held = {phrase.lower(): name for phrase, name in SLOTS[self.language].items()}
        if text.lower() in held:
            return held[text.lower()]
        match = re.fullmatch(CLOCK[self.language], text, re.IGNORECASE)
        assert match, text
        special = {"12:00": True, "00:00": True}.get(match[1], False)
        assert special == bool(match[2]), text
        return match[1]

    def portions(self, text: str) -> tuple[tuple[object, ...], ...]:
        pieces = re.split(rf"(?<=[)\]])(?:,? {AND[self.language]} |, )", text)
        return tuple(self._portion(piece) for piece in pieces)

    def _portion(self, text: str) -> tuple[object, ...]:
        unit = "|".join(UNITS)
        amount = rf"(?:{_NUMBER}) (?:{unit})"
        solid = re.fullmatch(
            rf"(?P<count>.+?) (?:of |de |d')?(?P<drug>\S+) (?P<strength>{amount}) "
            rf"\((?P<figure>.+?) × (?P<again>{amount})\)(?: \[[^]]+\])?",
            text,
        )
        if solid is not None:
            assert solid["strength"] == solid["again"], text
            assert self.count(solid["count"]) == self.figure(solid["figure"]), text
            return solid["drug"].lower(), self.figure(solid["figure"]), self.amount(solid["strength"])
        return self._volume(text, amount)

    def _volume(self, text: str, amount: str) -> tuple[object, ...]:
        forms, per = LIQUIDS[self.language], {"en": "per", "es": "por", "fr": "pour", "de": "pro"}[self.language]
        made = rf"(?:(?:de |of )?(?:(?:{forms}) de )?(?P<drug>\S+)(?: (?:{forms}))?)"
        liquid = re.fullmatch(
            rf"(?P<volume>{_NUMBER}) mL {made} (?P<mass>{amount}) {per} (?:(?P<of>{_NUMBER}) )?mL "
            rf"\((?P<again>{_NUMBER}) mL = (?P<dose>{amount})\)(?: \[[^]]+\])?",
            text,
        )
        assert liquid is not None, text
        assert liquid["volume"] == liquid["again"], text
        assert re.search(forms, text), text
        volume, held = self.number(liquid["volume"]), self.number(liquid["of"] or "1")
        assert self.amount(liquid["dose"]) == volume * self.amount(liquid["mass"]) / held, text
        return liquid["drug"].lower(), "mL", volume, self.amount(liquid["mass"]), held

    def figure(self, text: str) -> Fraction:
        part = GLYPHS.get(text[-1])
        if part is None:
            return self.number(text)
        return part + (int(text[:-1]) if text[:-1] else 0)

    def count(self, text: str) -> Fraction:
        forms = [form for pair in FORMS[self.language] for form in pair]
        any_form = f"(?:{'|'.join(sorted(forms, key=len, reverse=True))})"
        number = rf"({'|'.join(sorted(self.numbers, key=len, reverse=True))}|\d+)"
        for part, (alone, beyond) in PARTS[self.language].items():
            if re.fullmatch(alone.replace("F", any_form), text):
                return Fraction(part)
            pattern = beyond.replace("F", any_form).replace("W", f"{number} {any_form}").replace("N", number)
            match = re.fullmatch(pattern, text)
            if match is not None:
                return self._whole(match[1]) + Fraction(part)
        match = re.fullmatch(f"{number} ({any_form})", text)
        assert match is not None, text
        one = self._whole(match[1]) == 1
        assert any(match[2] == pair[0 if one else 1] for pair in FORMS[self.language]), text
        return Fraction(self._whole(match[1]))

    def _whole(self, text: str) -> int:
        if text.isdigit():
            assert int(text) > 20, text
            return int(text)
        return self.numbers[text]
