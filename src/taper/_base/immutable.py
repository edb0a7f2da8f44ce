"""Small immutable values, and the text that stands for them in pydantic and JSON."""

from abc import abstractmethod
from typing import Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class ByMeaning:
    """Equal to another of its kind that means the same, and hashed so."""

    __slots__ = ()

    @abstractmethod
    def _meaning(self) -> Any:
        """What makes two of them equal."""

    def __eq__(self, other: object) -> bool:
        return self._meaning() == other._meaning() if isinstance(other, type(self)) else NotImplemented

    def __hash__(self) -> int:
        return hash((type(self).__name__, self._meaning()))


class Frozen(ByMeaning):
    """A value whose parts are set once: equal by meaning, hashable, and pickled by what it is made of."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable; create a new one")

    @abstractmethod
    def _parts(self) -> tuple[Any, ...]:
        """The arguments that make it again."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._parts()


class Written(Frozen):
    """A frozen value that is written as text and read back from it; `_pattern` is how JSON may write it."""

    __slots__ = ()
    _pattern: ClassVar[str]

    @classmethod
    @abstractmethod
    def parse(cls, text: str) -> Self:
        """Read it from its text."""

    def _text(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}.parse({str(self)!r})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls.parse(value),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value._text()),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "pattern": cls._pattern}
