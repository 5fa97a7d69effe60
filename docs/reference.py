# SPDX-License-Identifier: BSD-3-Clause
"""Makes the pages of the C and C++ reference, one for each public header, of what Doxygen has read.

Sphinx's own directives for C and C++ describe what there is, so that names stand in the index and in the search beside the
guides, and whatever page names a function can link to it. What these directives cannot read is described as it stands.
"""

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

from sphinx.domains.c import DefinitionParser as CParser
from sphinx.domains.cpp import DefinitionParser as CppParser
from sphinx.util.cfamily import DefinitionError

HIDDEN = ("detail", "std", "private")  # namespaces of what is nobody's to use
MACROS = ("QI_NODISCARD", "QI_API", "QI_WIDGETS_API", "Q_INVOKABLE", "Q_SIGNALS")
SECTIONS = (("define", "Macros"), ("type", "Types"), ("function", "Functions"), ("variable", "Variables"))


class _Config:
    """What the parsers of Sphinx ask of a configuration."""

    c_id_attributes = c_paren_attributes = cpp_id_attributes = cpp_paren_attributes = ()
    c_allow_pre_v3 = c_warn_on_allowed_pre_v3 = False
    c_extra_keywords = ()
    cpp_index_common_prefix = ()


# -- Doxygen -------------------------------------------------------------------------------------------


def read(root, folder, version):
    """Runs Doxygen over the headers; folder: where its XML goes. The status, in which a warning is a failure."""
    settings = (root / "docs/Doxyfile").read_text(encoding="utf-8").replace("/usr/bin/python3", sys.executable)
    settings += f'\nOUTPUT_DIRECTORY = "{folder}"\nPROJECT_NUMBER = {version}\n'
    return subprocess.run(["doxygen", "-"], input=settings, text=True, cwd=root).returncode


def compounds(folder):
    """All that it has found, by their ids."""
    found = {}
    for path in sorted(folder.glob("*.xml")):
        for compound in ElementTree.parse(path).getroot().iter("compounddef"):
            found[compound.get("id")] = compound
    return found


def text_of(element):
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def header_of(element):
    """The header that an element is declared in, as qi/task.h."""
    location = element.find("location")
    return location.get("declfile") or location.get("file") if location is not None else ""


# -- prose ----------------------------------------------------------------------------------------------


def escape(text):
    return re.sub(r"([\\*`|_])", r"\\\1", text)


def reference(name):
    """A link to what is named, where that is of C; what is not there stays a name."""
    if re.fullmatch(r"qi_\w+\(\)", name):
        return f":c:func:`{name[:-2]}`"
    return f":c:type:`{name}`" if re.fullmatch(r"qi_\w+", name) else f"``{name}``"


def prose(text):
    """Text of Doxygen's as text of Sphinx's, in which functions of C are links, also where Doxygen has not noticed them."""
    parts = re.split(r"(?<![\w:])(qi_\w+\(\))(?=[\s.,;:)]|$)", text)
    return "".join(reference(part) if number % 2 else escape(part) for number, part in enumerate(parts))


def inline(element):
    parts = [prose(element.text or "")]
    for child in element:
        if child.tag == "computeroutput":
            code = text_of(child)
            parts.append(f"``{code}``" if code and not code.endswith("\\") else escape(code))
        elif child.tag == "ref":
            parts.append(reference(text_of(child)))
        elif child.tag == "bold":
            parts.append(f"**{escape(text_of(child))}**")
        elif child.tag == "emphasis":
            parts.append(f"*{escape(text_of(child))}*")
        else:
            parts.append(inline(child))
        # Markup begins and ends beside blanks, and beside a few signs.
        if len(parts) > 1 and re.search(r"[^\s'\"(\[{<\-/:]$", parts[-2]):
            parts[-1] = "\\ " + parts[-1]
        tail = prose(child.tail or "")
        parts.append(("" if re.match(r"[\s'\")\]}>\-/:.,;!?]|$", tail) else "\\ ") + tail)
    return re.sub(r"\s+", " ", "".join(parts))


def paragraphs(description):
    """The blocks of a description: prose, and code as it was written."""
    if description is None:
        return
    for para in description.iter("para"):
        before = ElementTree.Element("para")
        before.text = para.text
        for child in para:
            if child.tag == "verbatim":
                if inline(before).strip():
                    yield inline(before).strip()
                yield code_block(child.text or "")
                before = ElementTree.Element("para")
                before.text = child.tail
            else:
                before.append(child)
        if inline(before).strip():
            yield inline(before).strip()


def code_block(text):
    text = text.replace("\\<", "<").replace("\\>", ">")  # as the filter has it for Doxygen
    lines = text.strip("\n").splitlines()
    margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    lexer = "python" if re.search(r"^\s*(def|async def|import|from) ", text, re.M) else "cpp" if re.search(r"[;{}]", text) else "none"
    return "\n".join([f".. code-block:: {lexer}", "   :force:", "", *("   " + line[margin:] for line in lines)])


def described(element):
    return [*paragraphs(element.find("briefdescription")), *paragraphs(element.find("detaileddescription"))]


def indented(blocks):
    return [re.sub(r"^(?=.)", "   ", block, flags=re.M) for block in blocks]


# -- what there is --------------------------------------------------------------------------------------


def clean(text):
    text = re.sub(r" ?QI_PRINTF\b.*", "", text)
    for macro in MACROS:
        text = re.sub(rf"\b{macro}\b ?", "", text)
    return " ".join(text.split())


def template(element):
    parameters = element.find("templateparamlist")
    if parameters is None:
        return ""
    texts = []
    for parameter in parameters.iter("param"):
        kind, name = text_of(parameter.find("type")), text_of(parameter.find("declname"))
        default = text_of(parameter.find("defval"))
        texts.append(" ".join(filter(None, (kind, name))) + (f" = {default}" if default else ""))
    return f"template<{', '.join(texts)}> "


def function(member, prefix):
    static = "static " if member.get("static") == "yes" and prefix else ""
    explicit = "explicit " if member.get("explicit") == "yes" else ""
    arguments = re.sub(r"=\s*(delete|default)$", "", text_of(member.find("argsstring")))
    return clean(f"{template(member)}{static}{explicit}{text_of(member.find('type'))} {prefix}{member.findtext('name')}{arguments}")


def declaration(member, prefix=""):
    """The kind of a member, as the directives have it, and its signature."""
    kind, name = member.get("kind"), member.findtext("name")
    if kind == "define":
        parameters = [text_of(each) for each in member.iter("defname")]
        return "macro", name + (f"({', '.join(parameters)})" if member.find("param") is not None else "")
    if kind in ("function", "signal", "slot"):
        return "function", function(member, prefix)
    if kind == "enum":
        return "enum" if not member.get("strong") == "yes" else "enum-class", prefix + name
    if "@" in text_of(member.find("type")):  # a structure without a name, in a union
        return "describe", name
    if kind == "typedef":
        definition = member.findtext("definition") or ""
        if definition.startswith("using"):
            return "type", f"{template(member)}{prefix}{name} = {clean(text_of(member.find('type')))}"
        return "type", clean(f"{text_of(member.find('type'))} {name}{text_of(member.find('argsstring'))}")
    return "member" if kind == "variable" else "describe", clean(
        f"{'static ' if member.get('static') == 'yes' and prefix else ''}{text_of(member.find('type'))} {prefix}{name}{text_of(member.find('argsstring'))}")


def directive(domain, kind, signature):
    """`.. c:function:: int qi_task_cancel(qi_task *task)`, or a plain one for what Sphinx cannot read."""
    if kind == "describe":
        return f".. describe:: {signature}"
    parser = CParser if domain == "c" else CppParser
    try:
        reader = parser(signature, location=None, config=_Config())
        wanted = {"enum-class": "enum", **({"struct": "class"} if domain == "cpp" else {})}.get(kind, kind)
        reader.parse_declaration(wanted, kind)
        reader.assert_end()
        return f".. {domain}:{kind}:: {signature}"
    except (DefinitionError, AssertionError, KeyError, AttributeError):
        return f".. describe:: {signature}"


class Reference:
    """The pages, made of the compounds that Doxygen has found."""

    def __init__(self, found):
        self.found = found
        self.seen = set()
        self.structures = {each.findtext("compoundname").rpartition("::")[2] for each in found.values() if each.get("kind") in ("struct", "class")}

    def page(self, header):
        """What the page of a header says."""
        name = header.rpartition("/")[2]
        domain = "c" if name.endswith(".h") else "cpp"
        file = next(each for each in self.found.values() if each.get("kind") == "file" and each.findtext("compoundname") == name)
        blocks = [f"{header}\n{'=' * len(header)}", *described(file)]
        groups = {title: [] for _, title in SECTIONS}
        for compound in self.own_compounds(header):
            groups["Types"] += self.compound(compound, domain)
        for member in self.members(file, header):
            groups[self.group(member)] += self.member(member, domain, "" if domain == "c" else "qi::")
        for _, title in SECTIONS:
            if groups[title]:
                blocks += [f"{title}\n{'-' * len(title)}", *groups[title]]
        return "\n\n".join(blocks) + "\n"

    @staticmethod
    def group(member):
        kind = member.get("kind")
        return {"define": "Macros", "typedef": "Types", "enum": "Types", "variable": "Variables"}.get(kind, "Functions")

    def own_compounds(self, header):
        for compound in self.found.values():
            if compound.get("kind") in ("struct", "class", "union") and header_of(compound) == header:
                name = compound.findtext("compoundname")
                if "<" not in name and not any(f"{each}::" in name for each in HIDDEN) and name.count("::") <= 1:
                    yield compound

    def members(self, file, header):
        """Those of the file, and those that it has put into the namespace qi."""
        sources = [file, *(each for each in self.found.values() if each.get("kind") == "namespace" and each.findtext("compoundname") == "qi")]
        for source in sources:
            for member in source.iter("memberdef"):
                if header_of(member) == header and self.is_public(member):
                    yield member

    def is_public(self, member):
        name = member.findtext("name")
        if member.get("id") in self.seen or member.get("prot") == "private" or not name or name.startswith(("@", "operator")):
            return False
        if member.get("kind") == "define" and (not described(member) or re.match(r"QI_\w*_(H|HPP)$|Q_", name)):
            return False
        aliased = text_of(member.find("type"))
        if member.get("kind") == "typedef" and aliased.split(" ")[-1] == name and (not aliased.startswith("struct ") or name in self.structures):
            return False  # what it is a name of is there
        if member.get("kind") == "friend" or text_of(member.find("argsstring")).endswith("=delete"):
            return False
        self.seen.add(member.get("id"))
        return True

    def compound(self, compound, domain):
        name = compound.findtext("compoundname")
        bases = [text_of(base) for base in compound.findall("basecompoundref") if "detail::" not in text_of(base)]
        signature = f"{template(compound)}{name}" + (f" : public {', '.join(bases)}" if bases and domain == "cpp" else "")
        blocks = [directive(domain, compound.get("kind"), signature), *indented(described(compound))]
        for section in compound.findall("sectiondef"):
            if section.get("kind", "").startswith(("private", "protected", "friend")):
                continue
            for member in section.iter("memberdef"):
                if self.is_public(member) and (described(member) or domain == "c"):
                    blocks += indented(self.member(member, domain, ""))
        return blocks

    def member(self, member, domain, prefix):
        kind, signature = declaration(member, prefix)
        if member.get("kind") in ("function", "signal", "slot") and domain == "cpp" and not described(member):
            return []
        blocks = [directive(domain, kind, signature), *indented(described(member))]
        for value in member.iter("enumvalue"):
            initial = text_of(value.find("initializer"))
            entry = f".. {domain}:enumerator:: {value.findtext('name')}" + (f" {initial}" if initial.startswith("=") and domain == "c" else "")
            blocks += indented([entry, *indented(described(value))])
        return blocks


def place(header):
    """The name of a header's page: qi/task.h is task_h."""
    return header.rpartition("/")[2].replace(".", "_")


def pages(root, folder):
    """The text of each header's page, by its name."""
    reference = Reference(compounds(folder / "xml"))
    headers = sorted([*(root / "include/qi").glob("*.h"), *(root / "include/qi").glob("*.hpp")])
    return {place(path.name): reference.page(f"qi/{path.name}") for path in headers}
