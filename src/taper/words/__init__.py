"""What is said of a dose, a step and an end, in words that every format shares."""

from taper.words.instruction import DayText as DayText
from taper.words.instruction import Instruction as Instruction
from taper.words.instruction import write_instructions as write_instructions
from taper.words.instruction import write_sig as write_sig
from taper.words.language import LANGUAGES as LANGUAGES
from taper.words.language import Language as Language
from taper.words.language import speak as speak
from taper.words.plain import NOTICE as NOTICE
from taper.words.plain import describe_adherence as describe_adherence
from taper.words.plain import describe_changes as describe_changes
from taper.words.plain import describe_ending as describe_ending
from taper.words.plain import describe_note as describe_note
from taper.words.plain import describe_portion as describe_portion
from taper.words.plain import describe_tally as describe_tally
