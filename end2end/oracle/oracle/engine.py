"""GoogleSQL's own analyser: the WebAssembly module of PyPI's `zetasql`, compiled once."""

import ctypes
import os
import sys
from pathlib import Path

from google.protobuf.message import Message
from wasmtime import Config, Engine, Linker, Module, Store, Trap, WasiConfig, WasmtimeError
from zetasql.core.wasm_client import WasmClient, get_tzinfo_dir
from zetasql.wasi import get_wasm_path
from zetasql.wasi._pb2.zetasql.local_service import local_service_pb2 as service
from zetasql.wasi._pb2.zetasql.proto import options_pb2

PRECOMPILED = Path(sys.prefix) / "zetasql.compiled"
"""Compiling takes half a minute, so that its result is kept in the virtual environment."""


class Invalid(Exception):
    """GoogleSQL refuses a statement; the text is its message."""


class Broken(Exception):
    """The module itself failed, as by its stack's end; it must be started anew."""


class GoogleSql(WasmClient):
    """One instance of the analyser.

    The package's own client compiles the module anew each time and copies memory byte by byte.
    """

    def __init__(self) -> None:  # the base class would compile again
        settings = WasiConfig()
        settings.inherit_stderr()
        settings.preopen_dir(get_tzinfo_dir(), "/usr/share/zoneinfo")
        config = Config()
        config.shared_memory = True
        engine = Engine(config)
        self.store = Store(engine)
        self.store.set_wasi(settings)
        linker = Linker(engine)
        linker.define_wasi()
        self.exports = linker.instantiate(self.store, compiled(engine)).exports(self.store)
        self.memory = self.exports["memory"]
        if "_initialize" in self.exports:
            self.exports["_initialize"](self.store)

    def write_bytes(self, ptr: int, data: bytes) -> None:
        ctypes.memmove(self.address(ptr), data, len(data))

    def read_bytes(self, ptr: int, size: int) -> bytes:
        return ctypes.string_at(self.address(ptr), size)

    def address(self, ptr: int) -> int:
        """Where in this process a place of the module's memory is."""
        return ctypes.addressof(self.memory.data_ptr().contents) + ptr

    def call(self, method: str, request: Message, answer: type[Message]) -> Message:
        """Calls a method of the local service; `Invalid` if GoogleSQL answers with an error."""
        try:
            return self.call_grpc_func(f"ZetaSqlLocalService_{method}", request, answer)
        except (Trap, WasmtimeError) as error:
            raise Broken(str(error)) from error
        except Exception as error:
            raise Invalid(str(error).strip().splitlines()[0]) from error

    def maximum_features(self) -> list[int]:
        """Every released feature of the language."""
        request = service.LanguageOptionsRequest(maximum_features=True)
        options = self.call("GetLanguageOptions", request, options_pb2.LanguageOptionsProto)
        return list(options.enabled_language_features)


def precompile() -> None:
    """Compiles the module unless that was done before."""
    GoogleSql()


def compiled(engine: Engine) -> Module:
    if PRECOMPILED.exists():
        return Module.deserialize_file(engine, str(PRECOMPILED))
    module = Module.from_file(engine, get_wasm_path())
    # Renamed when complete: an interrupted run leaves nothing half written.
    draft = PRECOMPILED.with_suffix(f".{os.getpid()}")
    draft.write_bytes(module.serialize())
    draft.rename(PRECOMPILED)
    return module
