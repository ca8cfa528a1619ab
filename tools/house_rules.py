"""Print where the code departs from the house rules; exit 1 if it does.

In the package: files up to 300 lines, functions up to 60 (docstring apart), at most three positional arguments in public
functions, optional packages imported only where they are used or in files named after them, nothing printed but by
commands, and no assert, swallowed error, stub or global state. Elsewhere: every test asserts something. An exception is
fine where the code is better for it: end the line in `# house: <reason>`. That packages import only downwards is a test
(tests/test_package.py).
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE_LINES, FUNCTION_LINES, POSITIONAL = 300, 60, 3
EXTRAS = {
    "torch",
    "transformers",
    "datasets",
    "PIL",
    "pyarrow",
    "dask",
    "distributed",
    "pynndescent",
    "upath",
    "gensim",
    "umap",
    "h5py",
    "anndata",
    "anywidget",
    "timm",
    "open_clip",
    "sentence_transformers",
    "accelerate",
}
OWN_FILES = (
    "torch",
    "hf",
    "dask",
    "pynndescent",
    "upath",
    "gensim",
    "umap",
    "h5py",
    "anndata",
    "anywidget",
    "timm",
    "open_clip",
    "sentence_transformers",
    "accelerate",
    "hooks",
    "pool",
)  # in names of files that may import extras at their top
ASSERTS = ("raises", "warns", "fail", "assert", "check", "expect", "verify")
Found = Iterator[tuple[int, str]]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def body_lines(function: Function) -> int:
    """Count the lines of a function without its docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (function.body[0].end_lineno or 0) - function.body[0].lineno + 1
    return lines


def of_function(function: Function, *, public: bool) -> Found:
    """Yield what is wrong with a function of the package."""
    if (length := body_lines(function)) > FUNCTION_LINES:
        yield function.lineno, f"{function.name} has {length} lines (at most {FUNCTION_LINES})"
    names = [a.arg for a in function.args.posonlyargs + function.args.args if a.arg not in ("self", "cls")]
    if public and len(names) > POSITIONAL:
        yield function.lineno, f"{function.name} takes {len(names)} positional arguments (at most {POSITIONAL})"


def at_import(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield the statements that run when a file is imported."""
    for statement in getattr(node, "body", []):
        yield statement
        types_only = isinstance(statement, ast.If) and "TYPE_CHECKING" in ast.unparse(statement.test)
        if isinstance(statement, ast.If | ast.Try | ast.With) and not types_only:
            yield from at_import(statement)


def of_imports(tree: ast.Module, stem: str) -> Found:
    """Yield the optional packages that a file needs to be imported at all."""
    for statement in at_import(tree):
        if isinstance(statement, ast.Import):
            names = [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom) and not statement.level:
            names = [statement.module or ""]
        else:
            continue
        for name in names:
            if name.partition(".")[0] in EXTRAS and not any(own in stem for own in OWN_FILES):
                yield statement.lineno, f"{name} imported at module level (import it where it is used)"


def of_statement(node: ast.AST, *, may_print: bool) -> Found:
    """Yield what is wrong with one statement or expression of the package."""
    match node:
        case ast.ExceptHandler(type=None | ast.Name("Exception" | "BaseException"), body=body):
            if all(isinstance(statement, ast.Pass | ast.Continue) for statement in body):
                yield node.lineno, "an error is swallowed"
        case ast.Call(func=ast.Name("print")) if not may_print:
            yield node.lineno, "print outside cli"
        case ast.Assert():
            yield node.lineno, "assert in the package (raise instead)"
        case ast.Raise(exc=ast.Name("NotImplementedError") | ast.Call(func=ast.Name("NotImplementedError"))):
            yield node.lineno, "a stub (NotImplementedError)"
        case ast.Global():
            yield node.lineno, "global state"


def of_package(path: Path) -> Found:
    """Yield (line, what) for a file of the package."""
    text, in_cli = path.read_text(encoding="utf-8"), "cli" in path.parts
    if (length := len(text.splitlines())) > FILE_LINES:
        yield 1, f"{length} lines (at most {FILE_LINES})"
    tree = ast.parse(text)
    yield from of_imports(tree, path.stem)
    for node in ast.walk(tree):
        if isinstance(node, Function):
            inside = node.name.startswith("_") or "kernels" in path.stem or in_cli
            yield from of_function(node, public=not inside)
        else:
            yield from of_statement(node, may_print=in_cli)


def asserts(test: Function) -> bool:
    """Say whether a test can fail by what it finds: an assert of more than a constant, or a call that is named like a check."""
    for node in ast.walk(test):
        if isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant):
            return True
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if any(word in name for word in ASSERTS):
                return True
    return False


def of_tests(path: Path) -> Found:
    """Yield (line, what) for a file of tests."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function) and node.name.startswith("test") and not asserts(node):
            yield node.lineno, f"{node.name} asserts nothing"


def main() -> int:
    """Print the departures and count them."""
    found = 0
    for folder, rule in (("src", of_package), ("tests", of_tests), ("benchmarks", of_tests)):
        for path in sorted((ROOT / folder).rglob("*.py")):
            lines = path.read_text(encoding="utf-8").splitlines()
            for line, what in rule(path):
                if "# house:" not in lines[line - 1]:
                    print(f"{path.relative_to(ROOT)}:{line}: {what}")
                    found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
