# SPDX-License-Identifier: BSD-3-Clause
"""What figures amount to: verdicts on targets, and what has become slower than it was.

A result is what suite.py writes for each figure: its contestants with "best", or "failed"; its targets.
Of two runs only ratios are compared, libqi's best to each peer's, since no two machines, and no two hours
of one, are equally fast.
"""

import math

REPEATS = 0.03  # best rounds of one run and the next differ by so much
REGRESSION = 0.10

OURS = ("libqi", "owner")


def best(result, name):
    """The best figure of a contestant; None where there is none."""
    return result["contestants"].get(name, {}).get("best")


# -- targets ------------------------------------------------------------------------------------------------


def wanted(target):
    if not target["of"]:
        return f"≤ {target['most']:g}"
    if target["most"] <= 1 / 1.5:
        return f"{1 / target['most']:.2g} × faster than {target['of']}"
    return f"≤ {target['most']:g} × {target['of']}"


def verdict(target, result):
    """(word, by how much): met, level (missed by what a repetition may differ), MISSED, or no figure.

    By how much is the figure's share of what is allowed: 1.2 is a fifth too much; None if there is none.
    """
    own = best(result, "libqi")
    peer = best(result, target["of"]) if target["of"] else 1.0
    if own is None or peer is None:
        return "no figure", None
    allowed = target["most"] * peer
    if own <= allowed:
        return "met", own / allowed if allowed else 0.0
    if not allowed:
        return "MISSED", None
    share = own / allowed
    return ("level" if target["of"] and share <= 1 + REPEATS else "MISSED"), share


def verdict_text(target, result):
    word, share = verdict(target, result)
    if word == "MISSED" and share is not None:
        return f"MISSED by {share - 1:.0%}"
    return word


def tally(results):
    """How many targets got which verdict."""
    counts = dict.fromkeys(("met", "level", "MISSED", "no figure"), 0)
    for result in results:
        for target in result["targets"]:
            counts[verdict(target, result)[0]] += 1
    return counts


# -- regressions --------------------------------------------------------------------------------------------


def ratios(result):
    """{"libqi": {peer: ratio}, "owner": …} of a result; of no ratio, nothing."""
    table = {}
    for own_name in OURS:
        own = best(result, own_name)
        if own is None:
            continue
        of_peers = {peer: own / figure
                    for peer in result["contestants"] if peer not in OURS
                    if (figure := best(result, peer))}
        if of_peers and own:
            table[own_name] = of_peers
    return table


def baseline_of(results):
    """What is stored of a run, by the figure's name."""
    return {result["name"]: {own: {peer: round(ratio, 4) for peer, ratio in peers.items()}
                             for own, peers in ratios(result).items()}
            for result in results if result["steady"] and ratios(result)}


def middle(values):
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def change(before, now):
    """By which factor libqi's figure has grown beside its peers': the middle one of them; None: no peer."""
    common = [now[peer] / before[peer] for peer in now if before.get(peer)]
    return middle(common) if common else None


def regressions(baseline, results, limit=REGRESSION):
    """(name of the figure, ours, factor) of what has grown by more than the limit, the worst first."""
    found = []
    for result in results:
        before = baseline.get(result["name"], {})
        for own, peers in ratios(result).items():
            factor = change(before.get(own, {}), peers)
            if factor is not None and factor > 1 + limit:
                found.append((result["name"], own, factor))
    return sorted(found, key=lambda entry: -entry[2])


# -- growth -------------------------------------------------------------------------------------------------

FLAT = 1.25  # so much of the first point's cost is noise and caches


def growth_verdict(points):
    """(word, factor) of [(number, cost)], from 100 on: flat, logarithmic, GROWS, or no figure.

    The factor is the largest cost by that of the smallest number. A cost that grows as the logarithm of the
    number is what a heap has, and is allowed the same margin.
    """
    counted = sorted((number, cost) for number, cost in points if number >= 100 and cost is not None)
    if len(counted) < 2:
        return "no figure", None
    first, least = counted[0]
    worst, allowed = 0.0, True
    for number, cost in counted:
        worst = max(worst, cost / least)
        allowed = allowed and cost / least <= FLAT * math.log(number) / math.log(first)
    if worst <= FLAT:
        return "flat", worst
    return ("logarithmic" if allowed else "GROWS"), worst
