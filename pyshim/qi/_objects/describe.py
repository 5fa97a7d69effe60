# SPDX-License-Identifier: BSD-3-Clause
"""inspect.signature() of the application's methods, from what their meta-object tells."""

import inspect
import keyword

python_types = {
    "bool": bool,
    "char": int,
    "short": int,
    "ushort": int,
    "int": int,
    "uint": int,
    "long": int,
    "ulong": int,
    "qlonglong": int,
    "qulonglong": int,
    "float": float,
    "double": float,
    "QString": str,
    "QChar": str,
    "QUrl": str,
    "QByteArray": bytes,
    "QStringList": list,
    "QVariantList": list,
    "QVariantMap": dict,
    "QVariantHash": dict,
    "void": None,
    "": None,
}


def signature(forms):
    """The signature of a method that has one form; of several, `(*args)`, and __doc__ lists them.

    AttributeError, as inspect wants it, if there is none any more.  A type that is not one of Python's is annotated with its name in C++. Where C++ has a default, whose
    value nobody knows here, the default is `...`.
    """
    if not forms:
        raise AttributeError("the object of the method was destroyed")
    if len(forms) > 1:
        return inspect.Signature([inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL)])
    result, parameters = forms[0]
    used = set()
    return inspect.Signature(
        [_parameter(number, *parameter, used) for number, parameter in enumerate(parameters)],
        return_annotation=_annotation(result),
    )


def _parameter(number, type_name, name, optional, used):
    if not name.isidentifier() or keyword.iskeyword(name) or name in used:
        name = f"arg{number + 1}"
    used.add(name)
    return inspect.Parameter(
        name,
        inspect.Parameter.POSITIONAL_ONLY,
        default=... if optional else inspect.Parameter.empty,
        annotation=_annotation(type_name),
    )


def _annotation(type_name):
    return python_types.get(type_name, type_name)
