# SPDX-License-Identifier: BSD-3-Clause
"""What people search the site for, and the page that they find first.

search.py SITE

SITE is what docs/build.py has made. The index that the browser loads is searched, and results are ranked, as Sphinx's
searchtools.js does it.
"""

import json
import pathlib
import sys

try:
    import sphinx.search.en
except ModuleNotFoundError:
    print("skipped: Sphinx is not installed")
    sys.exit(77)

#: Words, and the page that answers them.
FIRST = {
    "deploy": "guide/deploying",
    "deployment": "guide/deploying",
    "appimage": "guide/deploying",
    "thread": "guide/threads-and-gil",
    "threads": "guide/threads-and-gil",
    "GIL": "guide/threads-and-gil",
    "crash": "guide/debugging",
    "gdb": "guide/debugging",
    "breakpoint": "guide/debugging",
    "freeze": "guide/monitoring",
    "hang": "guide/monitoring",
    "venv": "guide/environments",
    "virtual environment": "guide/environments",
    "pip": "guide/environments",
    "progress": "guide/recipes",
    "cancel": "guide/recipes",
    "download": "guide/recipes",
    "multiprocessing": "guide/recipes",
    "QThread": "guide/recipes",
    "numpy": "guide/exposing",
    "QImage": "guide/exposing",
    "faq": "guide/troubleshooting",
    "ModuleNotFoundError": "guide/troubleshooting",
    "qml": "guide/quick",
    "pybind11": "guide/why",
    "qasync": "guide/migrating",
    "PythonQt": "guide/migrating-pythonqt",
    "PyOtherSide": "guide/migrating-pyotherside",
    "mypy": "guide/authors-desk",
    "pytest": "guide/authors-desk",
    "completion": "guide/authors-desk",
    "plugin": "guide/plugins",
    "signal": "guide/signals",
    "sys.exit": "guide/errors",
    "sandbox": "guide/security",
    "console": "guide/widgets",
    "jupyter": "guide/libraries",
    "fork": "guide/shutdown",
    "ABI": "guide/api-policy",
    "install": "quickstart",
    "qi_run_task": "reference/task_h",
    "qi_asyncslot_connect": "reference/connection_h",
    "registerObject": "reference/runtime_hpp",
    "asyncsignal": "python/qi",
}


class Index:
    """The index of the site."""

    def __init__(self, site):
        text = (site / "searchindex.js").read_text(encoding="utf-8")
        self.data = json.loads(text[text.index("(") + 1 : text.rindex(")")])
        self.stem = sphinx.search.en.SearchEnglish({}).stem

    def results(self, query):
        """Pages by their scores, the best first; of equals as the browser shows them, by their titles."""
        scores = {}
        for number, score in [*self.whole(query.lower()), *self.objects(query.lower()), *self.words(query)]:
            scores[number] = max(score, scores.get(number, 0))
        titles = self.data["titles"]
        return [self.data["docnames"][each] for each in sorted(scores, key=lambda each: (-scores[each], titles[each].lower()))]

    def whole(self, query):
        """Titles and entries that have the query in them, of which it is half at least."""
        for kind in ("alltitles", "indexentries"):
            for text, found in self.data[kind].items():
                if query in text.lower() and len(query) >= len(text) / 2:
                    yield from ((number, round(100 * len(query) / len(text))) for number, *_ in found)  # newer ones tell more

    def objects(self, query):
        """Functions, classes and the like that are called so, or whose names have it in them."""
        for prefix, found in self.data["objects"].items():
            for number, _, priority, _, name in found:
                full = f"{prefix}.{name}".lstrip(".").lower()
                if query in full:
                    last = full.rpartition(".")[2]
                    named = 11 if query in (full, last) else 6 if query in last else 0
                    yield number, named + {0: 15, 1: 5, 2: -5}.get(priority, 0)

    def words(self, query):
        """Pages that have all words of the query, by where they have them."""
        pages = []
        for word in query.lower().split():
            stem = self.stem(word)
            pages.append({**dict.fromkeys(self.files("terms", stem), 5), **dict.fromkeys(self.files("titleterms", stem), 15)})
        for number in set.intersection(*map(set, pages)):
            yield number, max(each[number] for each in pages)

    def files(self, kind, word):
        found = self.data[kind].get(word, [])
        return found if isinstance(found, list) else [found]


def main(site):
    index, wrong = Index(site), 0
    for query, page in FIRST.items():
        results = index.results(query)
        if not results or results[0] != f"docs/{page}":
            print(f"{query!r} finds {', '.join(results[:3]) or 'nothing'}, and {page} is to be first")
            wrong += 1
    print(f"{len(FIRST)} words searched for, {wrong} do not find their page first")
    return 1 if wrong else 0


if __name__ == "__main__":
    if not (pathlib.Path(sys.argv[1]) / "searchindex.js").is_file():
        print("skipped: the site was not built")
        sys.exit(77)
    sys.exit(main(pathlib.Path(sys.argv[1])))
