"""Print where the code departs from the house rules that ruff has no rule for; exit 1 if it does.

Files up to 300 lines, functions up to 60 (docstring apart), at most three positional arguments in public functions, and every
test asserts something. An exception is fine where the code is better for it: end the line in `# house: <reason>`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILE_LINES, FUNCTION_LINES, POSITIONAL = 300, 60, 3
ASSERTS = ("raises", "warns", "fail", "assert", "check", "expect", "verify")


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    """Yield every function."""
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def body_lines(function: ast.FunctionDef) -> int:
    """Count the lines of a function without its docstring."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (function.body[0].end_lineno or 0) - function.body[0].lineno + 1
    return lines


def of_package(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, what) for a file of the package."""
    text = path.read_text(encoding="utf-8")
    if (length := len(text.splitlines())) > FILE_LINES:
        yield 1, f"{length} lines (at most {FILE_LINES})"
    for function in functions(ast.parse(text)):
        if (length := body_lines(function)) > FUNCTION_LINES:
            yield function.lineno, f"{function.name} has {length} lines (at most {FUNCTION_LINES})"
        names = [a.arg for a in function.args.posonlyargs + function.args.args if a.arg not in ("self", "cls")]
        inside = function.name.startswith("_") or "kernels" in path.stem or "cli" in path.parts
        if len(names) > POSITIONAL and not inside:
            yield function.lineno, f"{function.name} takes {len(names)} positional arguments (at most {POSITIONAL})"


def of_tests(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, what) for a file of tests."""
    for function in functions(ast.parse(path.read_text(encoding="utf-8"))):
        calls = [ast.unparse(n.func) for n in ast.walk(function) if isinstance(n, ast.Call)]
        asserts = any(isinstance(n, ast.Assert) for n in ast.walk(function))
        if function.name.startswith("test") and not asserts and not any(w in c for c in calls for w in ASSERTS):
            yield function.lineno, f"{function.name} asserts nothing"


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
