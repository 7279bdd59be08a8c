"""GoogleSQL's resolved tree, read straight from its protocol buffers.

A node's fields are spread over a chain of `parent` messages, and each child is wrapped in one or
more `Any…` messages that say which kind it is; `Node` hides both.
"""

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

NOT_NODES = {"ResolvedColumnProto", "ResolvedCollationProto", "ResolvedNodeProto"}


def is_node(field: FieldDescriptor) -> bool:
    """Whether a field holds nodes of the tree."""
    if field.message_type is None or field.name == "parent":
        return False
    name = field.message_type.name
    return name.startswith(("AnyResolved", "Resolved")) and name not in NOT_NODES


def layers(message: Message) -> Iterator[Message]:
    """A node's own message, then those of its ancestors in the class hierarchy."""
    while True:
        yield message
        if "parent" not in message.DESCRIPTOR.fields_by_name:
            return
        message = message.parent


class Node:
    """A node of the resolved tree, with its fields as attributes; absent children are `None`."""

    __slots__ = ("_message", "kind")

    def __init__(self, message: Message) -> None:
        while message.DESCRIPTOR.name.startswith("Any"):
            message = getattr(message, message.WhichOneof("node"))
        self._message = message
        self.kind = message.DESCRIPTOR.name.removeprefix("Resolved").removesuffix("Proto")

    def __getattr__(self, name: str) -> Any:
        for layer in layers(self._message):
            field = layer.DESCRIPTOR.fields_by_name.get(name)
            if field is not None:
                return value_of(layer, field)
        raise AttributeError(f"{self.kind} has no {name}")

    def proto(self) -> Message:
        return self._message

    def children(self) -> Iterator["Node"]:
        """The nodes below this one."""
        for layer in layers(self._message):
            for field in layer.DESCRIPTOR.fields:
                if is_node(field):
                    value = value_of(layer, field)
                    yield from value if field.is_repeated else [value] if value else []


def value_of(layer: Message, field: FieldDescriptor) -> Any:
    value = getattr(layer, field.name)
    if not is_node(field):
        return value
    if field.is_repeated:
        return [Node(each) for each in value]
    return Node(value) if layer.HasField(field.name) else None
