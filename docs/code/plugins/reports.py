# The plugin of docs/guide/objects.md.
from qi.host import engine, orders


# [report]
async def report():
    big = [row for row in orders if row["amount"] > 100]  # a QAbstractItemModel
    for row in big:
        row["customer", "toolTip"] = "big"

    engine.setRule(lambda amount: amount > 100)  # a std::function
    future = engine.total([row["amount"] for row in orders])
    total = await future  # a QFuture<double>
    engine.show(f"{total:.0f} of {', '.join(row['customer'] for row in big)}")
    # [/report]
