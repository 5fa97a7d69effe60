# SPDX-License-Identifier: BSD-3-Clause
"""borders.py RUNTIME: every C++ function that C calls catches what is thrown in it.

Who calls them knows no exceptions of C++: see runtime/qt/thrown.h.  The body of such a function is one block
that is tried.  Left out are those that can throw nothing, which are listed here.
"""

import pathlib
import re
import sys

# They ask Qt for a number or a pointer that is there already.
THROW_NOTHING = {
    "qip_qt_has_application",
    "qip_qt_is_dying",
    "qip_qt_guard_retain",
    "qip_qt_guard_object",
    "qip_qt_guard_free",
    "qip_qt_is_proxy",
    "qip_qt_signal_parameter_count",
    "qip_qt_original_signal",
    "qip_qt_class_name",
    "qip_qt_inherits",
    "qip_qt_library",  # filled when the module is set up
    "qip_qt_version",
    "qip_qt_no_application",
    "qip_qt_post",  # is qip_qt_post_owned()
    "qip_qt_wire",  # assigns pointers
    "qip_qt_end_user",  # calls C, and asks for memory without throwing
    "qip_qt_relay_sender",
    "qip_qt_relay_signal",
    "qip_qt_relay_emissions",
    "qip_modal_setup",  # calls C
    "buffer_length",
    "get_readonly",
    "get_nbytes",
}

DECLARED = re.compile(r'extern "C" \{\n#endif(.*?)#ifdef __cplusplus\n\}', re.DOTALL)
IN_TABLE = re.compile(r'\{"\w+",\s*(?:reinterpret_cast<\w+>\()?(\w+)\b(?:\),)?,?\s*(\w+)?')
IN_SLOT = re.compile(r"\{Py_\w+,\s*reinterpret_cast<void \*>\((\w+)\)")


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)


def called_from_c(folder):
    """Names of functions in C++ that C or Python calls."""
    names = set()
    for header in folder.glob("*.h"):
        for block in DECLARED.findall(header.read_text(encoding="utf-8")):
            names.update(re.findall(r"\b(qip_\w+)\(", without_comments(block)))
    for source in folder.glob("*.cpp"):
        text = without_comments(source.read_text(encoding="utf-8"))
        names.update(re.findall(r"^int (qi_\w+)\(", text, re.MULTILINE))
        names.update(IN_SLOT.findall(text))
        for table in re.findall(r"^ *(?:static )?Py(?:MethodDef|GetSetDef) \w+\[\] = \{(.*?)^ *\};", text, re.DOTALL | re.MULTILINE):
            for pair in IN_TABLE.findall(table):
                names.update(name for name in pair if name and name != "nullptr" and not name.startswith("METH_"))
    return names


def main(runtime):
    folder = pathlib.Path(runtime) / "qt"
    wanted = called_from_c(folder)
    found, wrong = 0, []
    for source in sorted(folder.glob("*.cpp")):
        text = source.read_text(encoding="utf-8")
        for name in sorted(wanted):
            for match in re.finditer(rf"^[\w ]+[ *&]\*?{name}\([^;{{]*?\)\n(try )?\{{", text, re.MULTILINE):
                found += 1
                if not match.group(1) and name not in THROW_NOTHING:
                    line = text.count("\n", 0, match.start()) + 1
                    wrong.append(f"{source}:{line}: {name}() is called from C and lets exceptions through")
                if match.group(1) and name in THROW_NOTHING:
                    wrong.append(f"{source}: {name}() is said to throw nothing, and tries")
    if found < 100:  # the patterns no longer fit the sources
        wrong.append(f"only {found} functions were found in {folder}")
    print("\n".join(wrong) or f"{found} functions")
    return bool(wrong)


sys.exit(main(sys.argv[1]))
