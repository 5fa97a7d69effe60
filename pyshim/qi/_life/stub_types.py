# SPDX-License-Identifier: BSD-3-Clause
"""Types of C++, and annotations of signatures, as stubs write them."""

import ast
import inspect
import re

from .._objects.describe import python_types

#: What a value of the type is in Python, beside those that inspect.signature() knows; conversions.h has the table.
_OTHERS = {
    "float16": "float", "qsizetype": "int", "longlong": "int", "ulonglong": "int", "uchar": "int", "schar": "int", "quint8": "int", "char16_t": "int",
    "QVariant": "Any", "QDate": "datetime.date", "QTime": "datetime.time", "QDateTime": "datetime.datetime", "QUuid": "uuid.UUID",
    "QPoint": "qi.Point", "QPointF": "qi.PointF", "QSize": "qi.Size", "QSizeF": "qi.SizeF", "QRect": "qi.Rect", "QRectF": "qi.RectF",
    "QJsonObject": "dict[str, Any]", "QJsonArray": "list[Any]", "QJsonValue": "Any", "QJsonDocument": "Any",
    "QModelIndex": "qi.Row | None", "QPersistentModelIndex": "qi.Row | None", "QImage": "qi.Buffer", "qi::Buffer": "qi.Buffer",
    "std::string": "str", "std::u16string": "str", "QByteArrayList": "list[bytes]", "QVariantPair": "tuple[Any, Any]",
    "QStringList": "list[str]", "QVariantList": "list[Any]", "QVariantMap": "dict[str, Any]", "QVariantHash": "dict[str, Any]",
}
_LISTS = ("QList", "QVector", "QStack", "QQueue", "std::vector", "std::list", "std::deque")
_MAPS = ("QMap", "QHash", "QMultiMap", "QMultiHash", "std::map", "std::unordered_map")
_SETS = ("QSet", "std::set", "std::unordered_set")
_TUPLES = ("std::pair", "QPair", "std::tuple")
_FUTURES = ("QFuture",)

#: Types whose names stubs know as they are.
KNOWN = (bool, int, float, str, bytes, list, dict, tuple)

#: What may be given for a value of such an annotation.
_ALSO = (
    (re.compile(r"\bbytes\b"), "bytes | bytearray | memoryview"),
    (re.compile(r"\blist\["), "Sequence["),
    (re.compile(r"\blist\b"), "Sequence[Any]"),
    (re.compile(r"qi\.(Point|Size)(?!F)\b"), r"qi.\1 | tuple[int, int]"),
    (re.compile(r"qi\.(PointF|SizeF)\b"), r"qi.\1 | tuple[float, float]"),
    (re.compile(r"qi\.Rect(?!F)\b"), "qi.Rect | tuple[int, int, int, int]"),
    (re.compile(r"qi\.RectF\b"), "qi.RectF | tuple[float, float, float, float]"),
    (re.compile(r"qi\.Buffer\b"), "Any"),  # whatever has the buffer protocol
)

_BUILTINS = ("bool", "int", "float", "str", "bytes", "list", "dict", "tuple", "set", "object", "None", "Any")
_QI = ("HostFuture", "Buffer", "Variant", "Gadget", "Object", "Point", "PointF", "Size", "SizeF", "Rect", "RectF", "Row", "Model")


def plain(name, pointed):
    """What a C++ type is in Python. pointed: what a pointer to a class of that name is."""
    name = re.sub(r"\bconst\b|&|\bstruct\b|\bclass\b", " ", name).strip()
    name = re.sub(r"\bqi::v\d+_\d+::", "qi::", name)  # the inline namespace of the headers
    if name in python_types and name not in _OTHERS:
        found = python_types[name]
        return found.__name__ if found else "None"
    if name in _OTHERS:
        return _OTHERS[name]
    if name.endswith("*"):
        return pointed(name.rstrip("* "))
    outer, _, rest = name.partition("<")
    if not rest.endswith(">"):
        return "Any"
    inner = [plain(each, pointed) for each in _parts(rest[:-1])]
    if outer in _LISTS:
        return f"list[{inner[0]}]"
    if outer in _SETS:
        return f"set[{inner[0]}]"
    if outer in _MAPS:
        return f"dict[{', '.join(inner[:2])}]"
    if outer in _TUPLES:
        return f"tuple[{', '.join(inner)}]"
    return "qi.HostFuture" if outer in _FUTURES else "Any"


def _parts(text):
    """The arguments of a template."""
    depth, parts = 0, [""]
    for letter in text:
        depth += (letter == "<") - (letter == ">")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def widened(annotation):
    """What a parameter takes that is a value of such a type in the end."""
    for pattern, also in _ALSO:
        annotation = pattern.sub(also, annotation)
    return annotation


def of_signature(annotation, empty="Any"):
    """An annotation of an exposed function, of which names that stubs cannot know are Any."""
    if annotation is inspect.Signature.empty:
        return empty
    text = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return "Any"
    return ast.unparse(_Known().visit(tree))


class _Known(ast.NodeTransformer):
    """Replaces names that stubs do not have."""

    def visit_Name(self, node):
        if node.id in _QI:
            return ast.Attribute(ast.Name("qi"), node.id)
        return node if node.id in _BUILTINS else ast.Name("Any")

    def visit_Attribute(self, node):
        return ast.Name("Any")

    def visit_Subscript(self, node):
        base = self.visit(node.value)
        return base if ast.unparse(base) == "Any" else ast.Subscript(base, self.visit(node.slice))

    def visit_Constant(self, node):
        return node if node.value is None or node.value is ... else ast.Name("Any")
