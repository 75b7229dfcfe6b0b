"""An MCP server over stdio that makes D-Wave's Ocean SDK callable by dotted paths.

A path leads from a package of Ocean to something of its own: a class, a function, a constant. What Ocean imports from elsewhere is not
reachable, nor are names that begin with an underscore. Arguments and results are JSON; models, graphs and sample sets cross in the
forms that README.md lists, and what has none (samplers, clients, futures) stays here under a handle until it is released.

The token of Leap comes from the environment or D-Wave's own file. It is no argument, and texts that hold it never leave.
"""

import base64
import enum
import importlib
import importlib.metadata
import inspect
import json
import math
import os
import sys
import threading
from collections.abc import Mapping, Sequence, Set
from typing import Any

import dimod
import networkx
import numpy
from mcp.server import MCPServer
from mcp_types import CallToolResult, TextContent

PACKAGES = ("dimod", "dwave", "dwave_networkx", "hybrid", "minorminer", "penaltymodel")
MOST_HANDLES = 64
MOST_BYTES = 8 * 1024 * 1024
MOST_DEPTH = 32
MOST_ITEMS = 2_000_000


class Refusal(Exception):
    """What the caller can mend; `code` is stable."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


class Handles:
    """Objects that stay here, by name. Names are never used again, so that a late release hits nothing else."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}
        self._made = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, value: Any) -> str:
        with self._lock:
            if len(self._kept) >= MOST_HANDLES:
                raise Refusal("OCEAN_HANDLES_FULL", f"{MOST_HANDLES} objects are kept; release some first")
            self._made += 1
            name = f"h{self._made}"
            self._kept[name] = value
            return name

    def get(self, name: Any) -> Any:
        with self._lock:
            if not isinstance(name, str) or name not in self._kept:
                raise Refusal("OCEAN_HANDLE_UNKNOWN", f"nothing is kept as {name!r}; handles end with the bridge")
            return self._kept[name]

    def release(self, name: str) -> bool:
        with self._lock:
            value = self._kept.pop(name, None)
        close = getattr(value, "close", None)
        if callable(close) and home_is_ocean(type(value)):
            close()  # clients of Leap hold threads
        return value is not None


handles = Handles()


def is_ocean(name: Any) -> bool:
    return isinstance(name, str) and name.split(".")[0] in PACKAGES


def home_is_ocean(value: Any) -> bool:
    return is_ocean(value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", None))


def found(path: str, handle: str | None) -> Any:
    """What a path leads to: from a handle's object where one is named, else from a package."""
    names = path.split(".") if path else []
    for name in names:
        if not name.isidentifier() or name.startswith("_"):
            raise Refusal("OCEAN_PATH_REFUSED", f"{path!r}: {name!r} is no public name")
    if handle is not None:
        value = handles.get(handle)
    elif not names or names[0] not in PACKAGES:
        raise Refusal("OCEAN_PATH_REFUSED", f"{path!r} does not begin with one of {', '.join(PACKAGES)}")
    else:
        value, names = importlib.import_module(names[0]), names[1:]
    for name in names:
        value = step(value, name, path)
    return value


def step(value: Any, name: str, path: str) -> Any:
    if inspect.ismodule(value):
        try:
            following = getattr(value, name)
        except AttributeError:
            following = submodule(value, name, path)
        # Constants have no home; classes, functions and modules have, and it must be Ocean's.
        homed = inspect.ismodule(following) or inspect.isclass(following) or callable(following)
        if homed and not home_is_ocean(following):
            raise Refusal("OCEAN_PATH_REFUSED", f"{path!r}: {name!r} is not Ocean's own")
        return following
    try:
        following = getattr(value, name)
    except AttributeError:
        raise Refusal("OCEAN_PATH_UNKNOWN", f"{path!r}: {type(value).__name__} has no {name!r}") from None
    if inspect.ismodule(following) and not home_is_ocean(following):
        raise Refusal("OCEAN_PATH_REFUSED", f"{path!r}: {name!r} is not Ocean's own")
    return following


def submodule(value: Any, name: str, path: str) -> Any:
    full = f"{value.__name__}.{name}"
    try:
        return importlib.import_module(full)
    except ModuleNotFoundError as error:
        if error.name != full:
            raise
        raise Refusal("OCEAN_PATH_UNKNOWN", f"{path!r}: {value.__name__} has no {name!r}") from None


def hashable(value: Any) -> Any:
    return tuple(hashable(item) for item in value) if isinstance(value, list) else value


def from_json(value: Any, depth: int = 0) -> Any:
    """An argument as Python has it; forms in README.md."""
    if depth > MOST_DEPTH:
        raise Refusal("OCEAN_ARGUMENT_INVALID", f"arguments nest deeper than {MOST_DEPTH}")
    if isinstance(value, list):
        return [from_json(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    marks = [key for key in value if key.startswith("$")]
    if not marks:
        return {key: from_json(item, depth + 1) for key, item in value.items()}
    mark = marks[0]
    reader = READERS.get(mark)
    if reader is None or len(marks) > 1:
        raise Refusal("OCEAN_ARGUMENT_INVALID", f"wanted one of {', '.join(READERS)}; got {', '.join(marks)}")
    try:
        return reader(value[mark], depth)
    except Refusal:
        raise
    except Exception as error:
        raise Refusal("OCEAN_ARGUMENT_INVALID", f"{mark}: {error}") from error


def bqm_from(given: Any, _: int) -> Any:
    if isinstance(given, str):
        return dimod.BinaryQuadraticModel.from_file(base64.b64decode(given, validate=True))
    bqm = dimod.BinaryQuadraticModel(given["vartype"])
    bqm.add_linear_from((hashable(v), bias) for v, bias in given.get("linear", []))
    bqm.add_quadratic_from((hashable(u), hashable(v), bias) for u, v, bias in given.get("quadratic", []))
    bqm.offset += given.get("offset", 0)
    return bqm


def cqm_from(given: Any, _: int) -> Any:
    return dimod.ConstrainedQuadraticModel.from_file(base64.b64decode(given, validate=True))


def graph_from(given: Any, _: int) -> Any:
    edges, nodes = (given, []) if isinstance(given, list) else (given.get("edges", []), given.get("nodes", []))
    graph = networkx.Graph()
    graph.add_nodes_from(hashable(node) for node in nodes)
    graph.add_edges_from((hashable(u), hashable(v)) for u, v in edges)
    return graph


READERS = {
    "$bqm": bqm_from,
    "$cqm": cqm_from,
    "$graph": graph_from,
    "$sampleset": lambda given, _: dimod.SampleSet.from_serializable(given),
    "$handle": lambda given, _: handles.get(given),
    "$path": lambda given, _: found(given, None),
    "$dict": lambda given, depth: {hashable(key): from_json(item, depth + 1) for key, item in given},
    "$tuple": lambda given, depth: tuple(from_json(item, depth + 1) for item in given),
    "$array": lambda given, _: numpy.array(given),
}


def file_of(model: Any) -> str:
    with model.to_file() as file:
        return base64.b64encode(file.read()).decode()


class Writing:
    """One result on its way to JSON. Handles made for a result that is refused are released again."""

    def __init__(self) -> None:
        self.made: list[str] = []
        self._items = 0

    def kept(self, value: Any) -> dict[str, Any]:
        name = handles.keep(value)
        self.made.append(name)
        kind = type(value)
        return {"$handle": name, "type": f"{kind.__module__}.{kind.__qualname__}"}

    def json(self, value: Any, depth: int = 0) -> Any:
        self._items += 1
        if self._items > MOST_ITEMS:
            raise Refusal("OCEAN_RESULT_TOO_LARGE", f"the result has more than {MOST_ITEMS} items; keep it under a handle")
        if depth > MOST_DEPTH:
            return self.kept(value)
        if isinstance(value, enum.Enum):
            return value.name
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, numpy.generic):
            return self.json(value.item(), depth + 1)
        if isinstance(value, float):
            return value if math.isfinite(value) else {"$float": str(value)}
        if isinstance(value, (bytes, bytearray)):
            return {"$bytes": base64.b64encode(value).decode()}
        if isinstance(value, dimod.SampleSet):
            return {"$sampleset": self.json(value.to_serializable(pack_samples=False), depth + 1)}
        if isinstance(value, dimod.BinaryQuadraticModel):
            return {"$bqm": file_of(value)}
        if isinstance(value, dimod.ConstrainedQuadraticModel):
            return {"$cqm": file_of(value)}
        if isinstance(value, networkx.Graph):
            nodes, edges = list(value.nodes), list(value.edges)
            return {"$graph": {"nodes": self.json(nodes, depth + 1), "edges": self.json(edges, depth + 1)}}
        if isinstance(value, numpy.ndarray) and value.dtype.kind in "biuf":
            return {"$array": self.json(value.tolist(), depth + 1)}
        if isinstance(value, tuple) and hasattr(value, "_asdict"):
            value = value._asdict()
        # Ocean's views of models and samples are mappings, sequences and sets too.
        if isinstance(value, Mapping):
            if all(isinstance(key, str) and not key.startswith("$") for key in value):
                return {key: self.json(item, depth + 1) for key, item in value.items()}
            return {"$dict": [[self.json(key, depth + 1), self.json(item, depth + 1)] for key, item in value.items()]}
        if isinstance(value, (Sequence, Set)):
            return [self.json(item, depth + 1) for item in value]
        return self.kept(value)


def secrets() -> list[str]:
    """Tokens that must not leave: those of the environment, and of every profile of D-Wave's own file."""
    known = {os.environ.get("DWAVE_API_TOKEN")}
    try:
        from dwave.cloud.config import load_config_from_files

        file = os.environ.get("DWAVE_CONFIG_FILE")
        if file != "":
            parser = load_config_from_files([file] if file else None)
            known.update(parser.get(section, "token", fallback=None) for section in ("defaults", *parser.sections()))
    except Exception:
        pass  # no file, or one that D-Wave's own code cannot read: nothing to hide
    return sorted((token for token in known if token), key=len, reverse=True)


def hidden(text: str) -> str:
    for secret in SECRETS:
        # As JSON writes it, so that a token with a quote in it is found too.
        text = text.replace(json.dumps(secret)[1:-1], "***").replace(secret, "***")
    return text


SECRETS = secrets()


def names_token(value: Any) -> bool:
    if isinstance(value, dict):
        return any((key == "token" and isinstance(item, str)) or names_token(item) for key, item in value.items())
    return isinstance(value, list) and any(names_token(item) for item in value)


def answer(work: Any) -> CallToolResult:
    """Runs a tool's work; its dictionary, or what went wrong, becomes the result."""
    try:
        text, failed = hidden(json.dumps(work(), allow_nan=False)), False
    except Refusal as refusal:
        text, failed = hidden(json.dumps({"code": refusal.code, "message": str(refusal)})), True
    except Exception as error:
        message = f"{type(error).__name__}: {error}"[:4000]
        text, failed = hidden(json.dumps({"code": "OCEAN_CALL_FAILED", "message": message})), True
    content = [TextContent(type="text", text=text)]
    return CallToolResult(content=content, structured_content=json.loads(text), is_error=failed)


server = MCPServer("ocean-bridge", log_level="ERROR")


@server.tool()
def ocean_version() -> CallToolResult:
    """The process, versions of Python and of Ocean's packages, and how many objects are kept."""

    def work() -> dict[str, Any]:
        names = ("dwave-ocean-sdk", "dimod", "dwave-system", "dwave-samplers", "dwave-cloud-client", "minorminer")
        versions = {name: importlib.metadata.version(name) for name in names}
        python = sys.version.split()[0]
        return {"pid": os.getpid(), "python": python, "packages": versions, "handles": len(handles), "mostHandles": MOST_HANDLES}

    return answer(work)


@server.tool()
def ocean_call(
    path: str,
    args: list[Any] | None = None,
    kwargs: dict[str, Any] | None = None,
    handle: str | None = None,
    keep: bool = False,
) -> CallToolResult:
    """Calls what a dotted path leads to (dwave.samplers.TabuSampler), or reads it where it cannot be called.

    With a handle the path begins at the kept object (sample). keep leaves the result here under a handle.
    """

    def work() -> dict[str, Any]:
        if names_token([args, kwargs]):
            raise Refusal("OCEAN_ARGUMENT_INVALID", "a token is no argument: it comes from the environment of the hub")
        target = found(path, handle)
        given = [from_json(item) for item in args or []], {key: from_json(item) for key, item in (kwargs or {}).items()}
        value = target
        if callable(target):
            value = target(*given[0], **given[1])
        elif args or kwargs:
            raise Refusal("OCEAN_ARGUMENT_INVALID", f"{path!r} cannot be called, so it takes no arguments")
        writing = Writing()
        try:
            result = writing.kept(value) if keep else writing.json(value)
            if len(json.dumps(result, allow_nan=False)) > MOST_BYTES:
                raise Refusal("OCEAN_RESULT_TOO_LARGE", f"the result has more than {MOST_BYTES} bytes; keep it under a handle")
        except BaseException:
            for name in writing.made:
                handles.release(name)
            raise
        return {"result": result}

    return answer(work)


@server.tool()
def ocean_describe(path: str, handle: str | None = None) -> CallToolResult:
    """Kind, signature, documentation and public members of what a dotted path leads to."""

    def work() -> dict[str, Any]:
        target = found(path, handle)
        try:
            signature = str(inspect.signature(target))
        except (TypeError, ValueError):
            signature = None
        kind = "module" if inspect.ismodule(target) else "class" if inspect.isclass(target) else None
        members = [name for name in dir(target) if not name.startswith("_")]
        if inspect.ismodule(target):
            members = [name for name in members if is_member(target, name)]
        return {
            "kind": kind or ("callable" if callable(target) else "value"),
            "signature": signature,
            "documentation": (inspect.getdoc(target) or "")[:20_000],
            "members": members[:500],
        }

    return answer(work)


def is_member(module: Any, name: str) -> bool:
    try:
        step(module, name, name)
    except Exception:
        return False
    return True


@server.tool()
def ocean_release(handle: str) -> CallToolResult:
    """Lets go of a kept object."""
    return answer(lambda: {"released": handles.release(handle), "handles": len(handles)})


if __name__ == "__main__":
    server.run("stdio")
