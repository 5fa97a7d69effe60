/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Near names. A name is near if it is the same but for case and underscores (so that `text_changed`
 * finds `textChanged`), begins with the other or the other with it, or is few edits away.
 */
#include "qt/names.h"

#include <algorithm>
#include <vector>

namespace
{

constexpr int far_away = 1000;
constexpr int most_names = 5;

QByteArray plain(const QByteArray &name)
{
    return name.toLower().replace("_", "");
}

/* Insertions, deletions, replacements and swaps of neighbours. */
int edits(const QByteArray &a, const QByteArray &b)
{
    const int width = int(b.size()) + 1;
    std::vector<int> before(width), last(width), row(width);

    for (int j = 0; j < width; j++)
        last[j] = j;
    for (int i = 1; i <= a.size(); i++) {
        row[0] = i;
        for (int j = 1; j < width; j++) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[width - 1];
}

int distance(const QByteArray &name, const QByteArray &known)
{
    if (name == known)
        return 0;
    int count = edits(name, known);
    if (count <= 1 + std::min(name.size(), known.size()) / 4)
        return count;
    return name.size() >= 3 && (known.startsWith(name) || name.startsWith(known)) ? 10 : far_away;
}

} // namespace

QByteArrayList qip_near_names(const QByteArray &name, const QByteArrayList &known)
{
    std::vector<std::pair<int, QByteArray>> ranked;
    const QByteArray wanted = plain(name);

    for (const QByteArray &candidate : known) {
        int rank = distance(wanted, plain(candidate));
        if (rank < far_away)
            ranked.emplace_back(rank, candidate);
    }
    std::sort(ranked.begin(), ranked.end());
    QByteArrayList result;
    for (const auto &entry : ranked) {
        if (result.size() < most_names && !result.contains(entry.second))
            result.append(entry.second);
    }
    return result;
}

QByteArray qip_near_names_hint(const QByteArray &name, const QByteArrayList &known)
{
    const QByteArrayList near = qip_near_names(name, known);

    if (near.isEmpty())
        return QByteArray();
    QByteArray text = "; did you mean ";
    for (qsizetype i = 0; i < near.size(); i++) {
        if (i)
            text += i + 1 == near.size() ? " or " : ", ";
        text += '\'' + near[i] + '\'';
    }
    return text + '?';
}
