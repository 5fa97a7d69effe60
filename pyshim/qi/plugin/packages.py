# SPDX-License-Identifier: BSD-3-Clause
"""The library `packaging`, which knows versions (PEP 440), requirements (PEP 508) and markers.

It is imported where it is first needed. Where it is not installed, the copy inside pip does, be it in the wheel of pip that
belongs to Python itself, from which ensurepip would install it.
"""

import glob
import importlib
import os
import sys
import sysconfig

_WHERE = ("packaging", "pip._vendor.packaging")

#: For an interpreter that is to be asked: whether it has `packaging` or pip itself.
TRY = """
try:
    import packaging.requirements
except ImportError:
    import pip._vendor.packaging.requirements
"""


class Missing(ImportError):
    """Neither `packaging` nor pip is installed."""


def module(name):
    """Returns a module of `packaging`, as module("version"). Missing, which says what to install, if there is none."""
    for package in _WHERE:
        try:
            return importlib.import_module(f"{package}.{name}")
        except ImportError:
            pass
    for wheel in wheels():
        try:
            return _out_of(wheel, name)
        except ImportError:
            pass
    raise Missing("versions cannot be compared without the Python package 'packaging': install python3-packaging "
                  "(Debian, Fedora), or 'pip install packaging' where the application's Python finds it")


def wheels():
    """Those of pip that Python has for its virtual environments, or the distribution in their place."""
    folders = [os.path.join(os.path.dirname(os.__file__), "ensurepip", "_bundled"), sysconfig.get_config_var("WHEEL_PKG_DIR")]
    return [path for folder in folders if folder for path in sorted(glob.glob(os.path.join(glob.escape(folder), "pip-*.whl")))]


def _out_of(wheel, name):
    """The module of the copy in a wheel, which is a zip file that Python can import from."""
    sys.path.append(wheel)
    try:
        return importlib.import_module(f"pip._vendor.packaging.{name}")
    finally:
        sys.path.remove(wheel)


def version(text):
    """Returns a Version. ValueError if the text is none."""
    try:
        return module("version").Version(text)
    except module("version").InvalidVersion:
        raise ValueError(f"{text!r} is no version; one looks like 1.2.0 or 2.0rc1 (PEP 440)") from None


def specifier(text):
    """Returns a SpecifierSet, such as that of ">=1.2,<2". ValueError if the text is none."""
    specifiers = module("specifiers")
    try:
        for part in filter(None, map(str.strip, text.split(","))):
            specifiers.Specifier(part)  # older sets also take what PEP 440 does not know
        return specifiers.SpecifierSet(text)
    except specifiers.InvalidSpecifier:
        raise ValueError(f"{text!r} is no range of versions; one looks like '>=1.2,<2' (PEP 440)") from None


def requirement(text):
    """Returns a Requirement, such as that of "aiohttp[speedups]>=3.8". ValueError if the text is none."""
    requirements = module("requirements")
    try:
        found = requirements.Requirement(text)
        specifier(str(found.specifier))
    except (requirements.InvalidRequirement, ValueError) as problem:
        reason = " ".join(str(problem).split())
        raise ValueError(f"{text!r} is no requirement; one looks like 'aiohttp>=3.8' (PEP 508): {reason}") from None
    except RecursionError:
        raise ValueError("a requirement is nested too deeply") from None
    return found


def applies(requirement, extras=("",)):
    """Whether a requirement holds here, with one of these extras. ValueError if its marker cannot be told."""
    if requirement.marker is None:
        return True
    try:
        return any(requirement.marker.evaluate({"extra": extra}) for extra in extras)
    except Exception as problem:  # of several kinds: what is compared may be no version, or not be known
        raise ValueError(f"the marker {str(requirement.marker)!r} cannot be told here: {problem}") from None


def canonical(name):
    """The name of a distribution as it is compared: My_Package and my-package are one."""
    return module("utils").canonicalize_name(name)
